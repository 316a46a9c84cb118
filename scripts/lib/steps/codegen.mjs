import { relative } from "node:path";
import { filesBelow, whenChanged } from "../digest.mjs";
import { inRepo, root } from "../paths.mjs";
import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { CODEGEN_TOOL } from "./compile.mjs";

/** Everything the generator writes: the codec, the error codes, a page for each error. */
export function generatedFiles() {
  const isGenerated = (file) => file.endsWith(".generated.ts") || /docs[/\\]errors[/\\]/.test(file);
  return filesBelow(["npm/src", "docs/errors"])
    .filter(isGenerated)
    .map((file) => relative(root, file));
}

/**
 * Writes the files that follow from Rust types.
 * @param {string} inputs digest of the Rust sources
 */
export async function generateCode(inputs) {
  await whenChanged("codegen", { inputs, outputs: generatedFiles }, () =>
    step("generated code", (note) => quietly(inRepo(CODEGEN_TOOL), [root], { note })),
  );
}
