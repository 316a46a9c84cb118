/** `polyphon/browser`: everything for pages and workers of a browser. */
export * from "./slim.ts";
export { loadKernel } from "./wasm/browser.ts";
