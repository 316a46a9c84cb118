import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, relative } from "node:path";
import { digest, filesBelow, whenChanged } from "../digest.mjs";
import { pinnedNode } from "../node.mjs";
import { inRepo } from "../paths.mjs";
import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";

const DIST = "npm/dist";
const isTest = (path) => /\.test(-d)?\.ts$/.test(path);
const isTypeScript = (path) => path.endsWith(".ts") && !path.endsWith(".d.ts");

/** Compiles npm/src to npm/dist and puts everything beside it that is not TypeScript. */
export async function compileTypeScript() {
  const inputs = digest(["npm/src", "npm/tsconfig.json", "tsconfig.base.json", "package-lock.json"], { skip: isTest });
  const outputs = () => filesBelow([DIST]).map((file) => relative(inRepo(), file));
  await whenChanged("dist", { inputs, outputs }, () =>
    step("TypeScript", async (note) => {
      await quietly(pinnedNode(), [inRepo("node_modules/typescript/bin/tsc"), "-p", "npm", "--pretty", "false"], {
        note,
      });
      const wanted = new Set();
      for (const file of filesBelow(["npm/src"], { skip: isTest })) {
        const target = file.replace(inRepo("npm/src"), inRepo(DIST));
        if (isTypeScript(file)) {
          for (const ending of [".js", ".js.map", ".d.ts"]) wanted.add(target.replace(/\.ts$/, ending));
          continue;
        }
        mkdirSync(dirname(target), { recursive: true });
        copyFileSync(file, target);
        wanted.add(target);
      }
      for (const file of filesBelow([DIST])) if (!wanted.has(file)) rmSync(file);
    }),
  );
}
