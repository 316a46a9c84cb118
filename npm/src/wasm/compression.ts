/** LZ4 and DEFLATE in a wasm instance of their own. */
export {
  type Bindings as CompressionBindings,
  instantiate as instantiateCompression,
} from "./generated/compression.js";
