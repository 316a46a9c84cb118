import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { whenChanged } from "../digest.mjs";
import { pinnedNode } from "../node.mjs";
import { cache, inRepo } from "../paths.mjs";
import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { Stop } from "../stop.mjs";
import { BUNDLE_TOOL } from "./compile.mjs";
import { FAST, MODULES, rawModule } from "./modules.mjs";

const GENERATED = "npm/src/wasm/generated";

const STRIP = ["--strip-debug", "--strip-target-features"];
/**
 * What wasm-opt does. Functions are not inlined: the compiler did that where it pays, and what grows together here is regular no
 * more, so that gzip finds less in it (a sixth of the download). By name, functions that are made from one generic lie together.
 */
const FOR_SIZE = ["-O3", "--skip-pass=inlining-optimizing", "--reorder-functions-by-name", ...STRIP];
const FOR_SPEED = ["-O3", ...STRIP];

/** Turns compiled binding crates into optimised wasm with its JavaScript; needs the npm packages and the bundle tool. */
export async function bundleWasm() {
  for (const { name, crate, inline, fast } of MODULES) {
    const raw = inRepo(rawModule(crate));
    const inputs = inputsOf(raw, FOR_SIZE);
    const outputs = ["js", "d.ts", ...(inline ? ["inline.js", "inline.d.ts"] : ["wasm"])].map(
      (ending) => `${GENERATED}/${name}.${ending}`,
    );
    await whenChanged(`wasm-${name}`, { inputs, outputs }, () =>
      step(`${name}.wasm: bindings and wasm-opt`, async (note) => {
        mkdirSync(cache, { recursive: true });
        await quietly(inRepo(BUNDLE_TOOL), [raw, name, inRepo(GENERATED)], { note });
        const module = inRepo(GENERATED, `${name}.wasm`);
        await optimise(module, module, FOR_SIZE, note);
        if (inline) writeInline(inRepo(GENERATED), name);
      }),
    );
    if (fast) await bundleFast(name, crate);
  }
}

/** The module that is built for speed, behind the same JavaScript. */
async function bundleFast(name, crate) {
  const raw = inRepo(rawModule(crate, FAST));
  const script = `${GENERATED}/${name}.js`;
  const output = `${GENERATED}/${name}-fast.wasm`;
  const inputs = `${inputsOf(raw, FOR_SPEED)} ${hash(inRepo(script))}`;
  await whenChanged(`wasm-${name}-fast`, { inputs, outputs: [output] }, () =>
    step(`${name}-fast.wasm: bindings and wasm-opt`, async (note) => {
      const folder = join(cache, "fast");
      mkdirSync(folder, { recursive: true });
      await quietly(inRepo(BUNDLE_TOOL), [raw, name, folder], { note });
      if (hash(join(folder, `${name}.js`)) !== hash(inRepo(script))) {
        throw new Stop(`${name}: built for speed it wants other JavaScript than built for size`);
      }
      await optimise(join(folder, `${name}.wasm`), inRepo(output), FOR_SPEED, note);
    }),
  );
}

async function optimise(module, output, options, note) {
  await quietly(pinnedNode(), [inRepo("node_modules/binaryen/bin/wasm-opt"), ...options, module, "-o", output], {
    note,
  });
}

function inputsOf(raw, options) {
  return `${hash(raw, inRepo(BUNDLE_TOOL), inRepo("node_modules/binaryen/package.json"))} ${options.join(" ")}`;
}

/** Puts the module into a script, as base64, in the place of its file. */
function writeInline(folder, name) {
  const file = `${folder}/${name}.wasm`;
  const head = `// Generated from bindings/${name}. Do not edit.\n`;
  const text = readFileSync(file).toString("base64");
  writeFileSync(`${folder}/${name}.inline.js`, `${head}export const base64 =\n  "${text}";\n`);
  writeFileSync(`${folder}/${name}.inline.d.ts`, `${head}export declare const base64: string;\n`);
  rmSync(file);
}

function hash(...files) {
  const sum = createHash("sha256");
  for (const file of files) sum.update(readFileSync(file));
  return sum.digest("hex");
}
