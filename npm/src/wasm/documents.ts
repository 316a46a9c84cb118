/** Documents in a wasm instance of their own. */
export {
  type Bindings as DocumentBindings,
  instantiate as instantiateDocuments,
  type RawDocument,
  type RawPeer,
} from "./generated/documents.js";
