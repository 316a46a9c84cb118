import { STORM_MS } from "./draw.ts";
import { invariants } from "./invariants/index.ts";
import type { Event, Plan } from "./plan.ts";
import { probe } from "./probe.ts";
import { seedPlatform } from "./random.ts";
import { Violation } from "./violation.ts";
import { World } from "./world/world.ts";

/** What became of a world. */
export interface Outcome {
  readonly violation: Violation | undefined;
  readonly trace: readonly string[];
  readonly counted: ReadonlyMap<string, number>;
}

/** Runs a world through its events, then lets it heal. */
export async function run(plan: Plan, events: readonly Event[] = plan.events, only?: string): Promise<Outcome> {
  seedPlatform(plan.seed);
  const world = new World(plan, invariants(), only);
  let violation: Violation | undefined;
  try {
    for (const event of events) {
      await world.pass(event.atMs);
      await world.apply(event);
    }
    await world.pass(STORM_MS);
    await world.calm();
    await probe(world);
  } catch (error) {
    violation =
      error instanceof Violation ? error : new Violation("nothing is thrown that nobody expects", text(error));
    world.observer.note(`violation: ${violation.invariant}: ${violation.message}`);
  }
  const { trace, counted } = world.observer;
  return { violation, trace, counted };
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
