import { expect, test } from "vitest";
import { Team } from "../team/team.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { loadKernel } from "../wasm/node.ts";
import { Pace } from "./pace.ts";

test("the platform is due a turn once the loop was held for a millisecond", async () => {
  const clock = new FakeClock();
  const pace = new Pace(clock);
  pace.enter();
  clock.advance(0.5);
  pace.enter();
  expect(pace.isSpent).toBe(false);
  clock.advance(0.5);
  expect(pace.isSpent).toBe(true);
  await clock.settle();
  expect(pace.isSpent).toBe(false);
});

test("a store that answers at once does not keep the event loop from everybody else", async () => {
  const team = await Team.open({ loadModule: loadKernel, directory: async () => "" }, {});
  await team.agent("worker", () => null).ready;
  let turns = 0;
  let running = true;
  const count = (): void => {
    turns++;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  const work = async (): Promise<void> => {
    for (let left = 20; left > 0; left--) await team.orchestrate({ tasks: [{ key: "noop" }] }).result;
  };
  await Promise.all(Array.from({ length: 200 }, work));
  running = false;
  await team.close();
  expect(turns).toBeGreaterThan(5);
});
