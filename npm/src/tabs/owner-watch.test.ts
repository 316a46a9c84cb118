import { expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { ASK_MS, OwnerWatch } from "./owner-watch.ts";

/** A watch over an owner that answers while `lives`. */
function watching() {
  const clock = new FakeClock();
  const seen = { asked: 0, silent: [] as number[], lives: true };
  const watch: OwnerWatch = new OwnerWatch(clock, {
    ask: () => {
      seen.asked += 1;
      if (seen.lives) watch.heard();
    },
    silent: () => seen.silent.push(clock.monoMs()),
  });
  watch.start();
  return { clock, watch, seen };
}

test("an owner that answers is left alone, however long", () => {
  const { clock, watch, seen } = watching();
  for (let beat = 0; beat < 1_000; beat++) clock.advance(ASK_MS);
  expect(seen).toMatchObject({ asked: 1_000, silent: [] });
  expect(watch.answers).toBe(1_000);
});

test("one that hangs is found silent in time to be replaced within five seconds, and again when nobody came", () => {
  const { clock, seen } = watching();
  clock.advance(ASK_MS);
  seen.lives = false;
  const hungMs = clock.monoMs();
  for (let beat = 0; beat < 8; beat++) clock.advance(ASK_MS);
  expect(seen.silent).toHaveLength(2);
  expect((seen.silent[0] ?? 0) - hungMs).toBeLessThan(4_000);
});

test("a tab whose own timers stood still asks before it blames anybody", () => {
  const { clock, seen } = watching();
  seen.lives = false;
  // One timer late by an hour is one question without an answer.
  clock.advance(ASK_MS);
  clock.advance(ASK_MS);
  seen.lives = true;
  clock.advance(ASK_MS);
  clock.advance(ASK_MS);
  expect(seen.silent).toEqual([]);
});

test("a watch that was stopped asks nobody", () => {
  const { clock, watch, seen } = watching();
  watch.stop();
  clock.advance(60_000);
  expect(seen).toMatchObject({ asked: 0, silent: [] });
  expect(clock.timers).toBe(0);
});
