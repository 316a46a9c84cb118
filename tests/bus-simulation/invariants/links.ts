import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";

export const LINK = "while its session lasts a link loses, repeats and swaps nothing";

/** What the home bus handed to a session comes to its node: that, in this order, and in the end all of it. */
export function links(): Invariant {
  return {
    see(seen, { doors, messages }) {
      if (seen.what === "came") {
        const { door, n } = seen;
        const due = door.handed[door.came.length];
        must(due === n, LINK, () => `message ${n} came to node ${door.node} where ${due} was due`);
        door.came.push(n);
      }
      if (seen.what !== "calm") return;
      for (const { node, owed, handed, came, pattern, isOpen } of doors) {
        if (!isOpen) continue;
        const kept = owed.filter((n) => messages.get(n)?.ttlMs === undefined && !handed.includes(n));
        must(kept.length === 0, LINK, () => `${kept.join(", ")} of ${pattern} was never handed to node ${node}`);
        const lost = handed.slice(came.length);
        must(lost.length === 0, LINK, () => `${lost.join(", ")} of ${pattern} never came to node ${node}`);
      }
    },
  };
}
