import type { Invariant } from "../judge.ts";
import { rankOf } from "../model/subjects.ts";
import { must } from "../violation.ts";
import { numberOf } from "../world/taps.ts";

export const URGENCY = "the most urgent comes first, where waiting counts";
export const STARVING = "nothing waits for ever behind what is more urgent";
/** Priorities there are, less one: so many times `ageingMs` one can be overtaken. */
const STEPS = 3;

/** Judged by what waited when the step began, less what was handed on since. */
export function priority(): Invariant {
  return {
    see(seen, { messages }) {
      if (seen.what !== "delivered") return;
      const subscriber = seen.place.model.subscribers.get(seen.to.plan.id);
      const message = messages.get(numberOf(seen.as) ?? -1);
      const own = subscriber?.before.find((held) => held.message === message);
      if (subscriber === undefined || message === undefined || own === undefined) return;
      subscriber.gone.add(message);
      const { ageingMs } = subscriber;
      for (const held of subscriber.before) {
        if (!subscriber.stillWaits(held, seen.place.now)) continue;
        const text = (): string => `subscription ${seen.to.plan.id} got ${message.n} before ${held.message.n}`;
        const isLonger = own.sinceMs - held.sinceMs > STEPS * ageingMs;
        must(!isLonger, STARVING, text);
        const lead = (rankOf(held.message.priority) - rankOf(message.priority)) * ageingMs;
        must(own.sinceMs <= held.sinceMs - lead, URGENCY, text);
      }
    },
  };
}
