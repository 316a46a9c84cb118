import { base64 } from "./generated/policies.inline.js";
import { type Bindings, instantiate } from "./generated/policies.js";

export type { RawBreaker, RawBulkhead, RawHedge, RawRateLimit, RawRetry } from "./generated/policies.js";

/** The rules of policies in a wasm instance of their own: numbers in, numbers out. */
export type PolicyRules = Bindings;

/** Compiles the rules; 28 kB, so this waits for nothing and works wherever WebAssembly does. */
export function loadPolicyRules(): PolicyRules {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return instantiate(new WebAssembly.Module(bytes));
}
