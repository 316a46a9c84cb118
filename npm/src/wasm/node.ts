import { readFileSync } from "node:fs";

/** Compiles the kernel from the file beside this one: synchronously, so that `require` of the package works. */
export function loadKernel(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL("./generated/kernel.wasm", import.meta.url)));
}
