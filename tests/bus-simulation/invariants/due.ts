import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";
import { numberOf } from "../world/taps.ts";

export const DUE = "everybody is given what is due, there and then";
export const PLACES = "what arrived was delivered, waits, was dropped or has expired";

/** Deliveries are those of the plain model: the same, in the same order, in the same step. */
export function due(): Invariant {
  const got = new Map<object, number[]>();
  return {
    see(seen) {
      if (seen.what === "delivered") {
        const subscriber = seen.place.model.subscribers.get(seen.to.plan.id);
        const n = numberOf(seen.as);
        if (subscriber === undefined || n === undefined) return;
        const list = got.get(subscriber) ?? [];
        list.push(n);
        got.set(subscriber, list);
      }
      if (seen.what !== "still") return;
      for (const { model } of seen.places) {
        for (const subscriber of model.subscribers.values()) {
          const given = got.get(subscriber) ?? [];
          const wanted = subscriber.due.splice(0);
          const isSame = given.length === wanted.length && given.every((n, at) => n === wanted[at]);
          must(isSame, DUE, () => {
            return `subscription ${subscriber.plan.id} was given [${given.join(", ")}] where [${wanted.join(", ")}] was due`;
          });
          if (given.length > 0) got.delete(subscriber);
        }
      }
    },
  };
}
