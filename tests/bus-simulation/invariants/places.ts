import type { Counts } from "../facts.ts";
import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";
import { PLACES } from "./due.ts";

/** Every message that came to a subscription is in one place, at every step and after its end. */
export function places(): Invariant {
  return {
    see(seen) {
      if (seen.what === "closed") compare(seen.id, seen.counts, seen.due);
      if (seen.what !== "still") return;
      for (const place of seen.places) {
        for (const { plan, counts, arrived } of place.model.subscribers.values()) {
          compare(plan.id, place.countsOf(plan.id), counts);
          const { delivered, waiting, dropped, expired } = place.countsOf(plan.id);
          must(delivered + waiting + dropped + expired === arrived, PLACES, () => `${arrived} came to ${plan.id}`);
        }
      }
    },
  };
}

function compare(id: number, given: Counts, due: Counts): void {
  for (const what of ["delivered", "waiting", "dropped", "expired"] as const)
    must(
      given[what] === due[what],
      PLACES,
      () => `subscription ${id}: ${given[what]} ${what}, and it must be ${due[what]}`,
    );
}
