import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { whenChanged } from "../digest.mjs";
import { pinnedNode } from "../node.mjs";
import { cache, inRepo } from "../paths.mjs";
import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { BUNDLE_TOOL } from "./compile.mjs";
import { MODULES, rawModule } from "./modules.mjs";

const GENERATED = "npm/src/wasm/generated";

/**
 * What wasm-opt does. Functions are not inlined: the compiler did that where it pays, and what grows together here is regular no
 * more, so that gzip finds less in it (a sixth of the download). By name, functions that are made from one generic lie together.
 */
const OPTIMISATIONS = [
  "-O3",
  "--skip-pass=inlining-optimizing",
  "--reorder-functions-by-name",
  "--strip-debug",
  "--strip-target-features",
];

/** Turns compiled binding crates into optimised wasm with its JavaScript; needs the npm packages and the bundle tool. */
export async function bundleWasm() {
  for (const { name, crate, inline } of MODULES) {
    const raw = inRepo(rawModule(crate));
    const tool = inRepo(BUNDLE_TOOL);
    const inputs = `${hash(raw, tool, inRepo("node_modules/binaryen/package.json"))} ${OPTIMISATIONS.join(" ")}`;
    const outputs = ["js", "d.ts", ...(inline ? ["inline.js", "inline.d.ts"] : ["wasm"])].map(
      (ending) => `${GENERATED}/${name}.${ending}`,
    );
    await whenChanged(`wasm-${name}`, { inputs, outputs }, () =>
      step(`${name}.wasm: bindings and wasm-opt`, async (note) => {
        mkdirSync(cache, { recursive: true });
        await quietly(tool, [raw, name, inRepo(GENERATED)], { note });
        const module = inRepo(GENERATED, `${name}.wasm`);
        const optimiser = inRepo("node_modules/binaryen/bin/wasm-opt");
        await quietly(pinnedNode(), [optimiser, ...OPTIMISATIONS, module, "-o", module], { note });
        if (inline) writeInline(inRepo(GENERATED), name);
      }),
    );
  }
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
