/** `polyphon`: everything that runs anywhere, and the kernel's wasm fetched from beside this package. */
export * from "./slim.ts";
export { loadKernel } from "./wasm/browser.ts";
