/** Messages in a wasm instance of their own. */
export {
  type Bindings as ProtocolBindings,
  instantiate as instantiateProtocol,
  type RawFilter,
  type RawGuard,
  type RawProtocol,
  type RawRing,
  type RawTransfers,
} from "./generated/protocol.js";
