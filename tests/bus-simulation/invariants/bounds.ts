import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";

export const CREDIT = "a subscriber has no more open than its credit";
export const QUEUE = "no more waits than there is room for";
/** Frames that may wait for the other end of a link. */
const FRAMES_MOST = 4_096;

export function bounds(): Invariant {
  return {
    see(seen, { subscriptions }) {
      if (seen.what !== "still") return;
      for (const { plan, open, isOpen } of subscriptions.values())
        must(!isOpen || open <= plan.credit, CREDIT, () => `subscription ${plan.id} has ${open} of ${plan.credit}`);
      must(seen.outbox <= FRAMES_MOST, QUEUE, () => `${seen.outbox} frames wait`);
      for (const place of seen.places) {
        for (const { plan } of place.model.subscribers.values()) {
          if (plan.overflow !== "drop-oldest") continue;
          const { waiting } = place.countsOf(plan.id);
          must(waiting <= plan.queue, QUEUE, () => `${waiting} messages wait for subscription ${plan.id}`);
        }
      }
    },
  };
}
