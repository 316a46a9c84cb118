/** `polyphon/node`: everything for Node. */
export * from "./config/index.ts";
export * from "./slim.ts";
export { loadKernel } from "./wasm/node.ts";
