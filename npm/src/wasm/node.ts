import { readFileSync } from "node:fs";

/**
 * Compiles the kernel that is built for speed, from the file beside this one: synchronously, so that `require` of the package
 * works. Pages have one that is built for size.
 */
export function loadKernel(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL("./generated/kernel-fast.wasm", import.meta.url)));
}
