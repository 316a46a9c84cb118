/** Keys in a wasm instance of their own. */
export {
  type Bindings as SealingBindings,
  instantiate as instantiateSealing,
  type RawKey,
} from "./generated/sealing.js";
