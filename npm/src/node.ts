/** `polyphon/node`: everything for Node. */
export * from "./slim.ts";
export { loadKernel } from "./wasm/node.ts";
