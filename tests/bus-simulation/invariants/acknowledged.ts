import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";

export const ACKNOWLEDGED = "what was acknowledged has been taken over, once, and what was refused was not";

/** A publisher on a node is told once its home has the message. */
export function acknowledged(): Invariant {
  return {
    see(seen, { messages }) {
      if (seen.what === "home") {
        const { message } = seen;
        must(message.home <= 1, ACKNOWLEDGED, () => `message ${message.n} came home ${message.home} times`);
        const isRefused = message.outcome !== "pending" && message.outcome !== "TRANSPORT_LOST";
        must(!isRefused, ACKNOWLEDGED, () => `message ${message.n} came home after ${message.outcome}`);
      }
      if (seen.what === "told" && seen.message.node !== 0) {
        const { message } = seen;
        const { n, outcome, home, isRefusedAtHome } = message;
        if (outcome === "taken") {
          must(home === 1, ACKNOWLEDGED, () => `message ${n} was acknowledged and is not at home`);
          must(!isRefusedAtHome, ACKNOWLEDGED, () => `message ${n} was acknowledged and refused at home`);
        }
        if (outcome === "BUS_BACKPRESSURE" && home > 0)
          must(isRefusedAtHome, ACKNOWLEDGED, () => `message ${n} was refused and taken at home`);
      }
      if (seen.what !== "calm") return;
      for (const { n, outcome } of messages.values())
        must(outcome !== "pending", ACKNOWLEDGED, () => `nobody told the publisher of message ${n} what became of it`);
    },
  };
}
