import type { MessageFact } from "../facts.ts";
import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";
import { numberOf } from "../world/taps.ts";

export const ORDER = "order holds for each publisher and subject";

/** Within a priority: who waits is overtaken by what is more urgent. */
export function order(): Invariant {
  const newest = new Map<object, Map<string, MessageFact>>();
  return {
    see(seen, { messages }) {
      if (seen.what !== "delivered") return;
      const message = messages.get(numberOf(seen.as) ?? -1);
      if (message === undefined) return;
      const before = newest.get(seen.to) ?? new Map();
      newest.set(seen.to, before);
      const key = `${message.process} ${message.subject} ${message.priority}`;
      const last = before.get(key);
      // A last value comes back when the one that replaced it was lost with a session.
      const isBack = message.retain && (last?.n === message.n || last?.outcome === "TRANSPORT_LOST");
      must(last === undefined || isBack || last.order < message.order, ORDER, () => {
        return `subscription ${seen.to.plan.id} got message ${last?.n} before ${message.n}`;
      });
      before.set(key, message);
    },
  };
}
