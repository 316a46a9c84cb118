import { beforeEach, describe, expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import type { Heartbeat } from "../wasm/codec.generated.ts";
import { Heartbeats } from "./heartbeats.ts";

let clock: FakeClock;
let sent: Heartbeat[][];
let heartbeats: Heartbeats;
beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  heartbeats = new Heartbeats(clock, (beats) => sent.push(beats));
});

const alive = (): boolean => true;
const agents = (): number[][] => sent.map((beats) => beats.map(({ agent }) => agent));

describe("heartbeats", () => {
  test("of one rhythm travel together, sorted, with one timer for all", () => {
    for (const agent of [7, 3, 5]) heartbeats.watch(agent, 1_000, alive);
    heartbeats.watch(9, 2_500, alive);
    expect(clock.timers).toBe(2);
    clock.advance(2_500);
    expect(agents()).toEqual([[3, 5, 7], [3, 5, 7], [9]]);
  });

  test("are at most 1,000 to a command", () => {
    for (let agent = 1; agent <= 2_001; agent++) heartbeats.watch(agent, 1_000, alive);
    clock.advance(1_000);
    expect(sent.map((beats) => beats.length)).toEqual([1_000, 1_000, 1]);
  });

  test("that have to be asked for travel together as well, when they are there", async () => {
    for (const agent of [2, 1]) heartbeats.watch(agent, 1_000, async () => true);
    await clock.advanceAsync(1_000);
    expect(agents()).toEqual([[1, 2]]);
  });

  test("are not sent for who is silent, refuses, breaks, or is not watched any more", async () => {
    heartbeats.watch(1, 1_000, () => false);
    heartbeats.watch(2, 1_000, () => {
      throw new Error("broken");
    });
    heartbeats.watch(3, 1_000, () => Promise.reject(new Error("broken")));
    heartbeats.watch(4, 1_000, () => new Promise(() => undefined));
    heartbeats.watch(5, 1_000, alive);
    heartbeats.unwatch(5);
    await clock.advanceAsync(5_000);
    expect(sent).toEqual([]);
  });

  test("end when they are stopped, and begin no more", () => {
    heartbeats.watch(1, 1_000, alive);
    heartbeats.stop();
    heartbeats.watch(2, 1_000, alive);
    expect(clock.timers).toBe(0);
  });

  test("carry what the attempts of an agent use together", () => {
    heartbeats.watch(1, 1_000, alive);
    const usage = (memoryPeakBytes: number, cpuMs: number) => ({ memoryPeakBytes, cpuMs, diskBytes: null });
    heartbeats.used(1, 10, usage(100, 250));
    heartbeats.used(1, 11, { ...usage(900, 250), memoryBytes: 50 });
    clock.advance(1_000);
    heartbeats.used(1, 10, usage(120, 350));
    heartbeats.attemptEnded(1, 11);
    clock.advance(1_000);
    expect(sent).toEqual([
      [{ agent: 1, memoryBytes: 150, cpuMilli: 500 }],
      [{ agent: 1, memoryBytes: 120, cpuMilli: 100 }],
    ]);
  });
});
