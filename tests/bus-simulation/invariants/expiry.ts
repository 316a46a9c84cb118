import type { Invariant } from "../judge.ts";
import { isOver } from "../model/subscriber.ts";
import { must } from "../violation.ts";
import { numberOf } from "../world/taps.ts";

export const EXPIRY = "nothing is delivered after its time";

export function expiry(): Invariant {
  return {
    see(seen, { messages }) {
      if (seen.what !== "delivered") return;
      const message = messages.get(numberOf(seen.as) ?? -1);
      if (message === undefined) return;
      const { wallMs } = seen.place.now;
      must(!isOver(message, { wallMs }), EXPIRY, () => {
        const lateMs = wallMs - message.wallMs - (message.ttlMs ?? 0);
        return `subscription ${seen.to.plan.id} got message ${message.n} ${lateMs} ms after its time`;
      });
    },
  };
}
