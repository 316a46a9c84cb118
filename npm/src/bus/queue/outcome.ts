import { refused } from "../../runtime/refusals.ts";
import type { Outcome } from "../../wasm/codec.generated.ts";

/** The entity of an outcome, or its refusal as an error. */
export function outcomeOf(outcome: Outcome): number | Error {
  return outcome.type === "Accepted" ? outcome.entity : refused(outcome.refusal);
}
