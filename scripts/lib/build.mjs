import { requireNode } from "./node.mjs";
import { generateCode } from "./steps/codegen.mjs";
import { compileRust, rustInputs } from "./steps/compile.mjs";
import { installPackages } from "./steps/packages.mjs";
import { compileTypeScript } from "./steps/types.mjs";
import { bundleWasm } from "./steps/wasm.mjs";

/** Brings a fresh clone, or one that changed, to a runnable state. Steps whose inputs did not change cost nothing. */
export async function build() {
  requireNode();
  const inputs = rustInputs();
  await Promise.all([installPackages(), compileRust(inputs)]);
  await Promise.all([bundleWasm(), generateCode(inputs)]);
  await compileTypeScript();
}
