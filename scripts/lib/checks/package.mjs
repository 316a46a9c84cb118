import { npmVerdict } from "./tool.mjs";

/** The package as npm would publish it: exports, files, module kinds. */
export function publint(tarball) {
  return npmVerdict("publint/src/cli.js", ["run", "--strict", tarball]);
}

/** Whether every entry point's types say what its code is, for each way of resolving modules. */
export function typesOfPackage(tarball) {
  const args = [
    "--profile",
    "esm-only",
    "--exclude-entrypoints",
    "kernel.wasm",
    "documents.wasm",
    "package.json",
    "--no-emoji",
    tarball,
  ];
  return npmVerdict("@arethetypeswrong/cli/dist/index.js", args);
}
