import type { Event, Plan } from "./plan.ts";
import { run } from "./run.ts";

/** Worlds that are tried at most. */
const TRIES = 400;

/** Fewer events that break the same invariant: halves are left out, then quarters, and so on. */
export async function shrink(plan: Plan, invariant: string): Promise<readonly Event[]> {
  let events = plan.events;
  let tries = 0;
  for (let size = Math.ceil(events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < events.length && tries < TRIES; ) {
      const fewer = [...events.slice(0, at), ...events.slice(at + size)];
      tries += 1;
      const { violation } = await run(plan, fewer);
      if (violation?.invariant === invariant) events = fewer;
      else at += size;
    }
  }
  return events;
}
