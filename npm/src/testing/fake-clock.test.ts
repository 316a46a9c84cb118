import { describe, expect, it } from "vitest";
import { FakeClock } from "./fake-clock.ts";

describe("FakeClock", () => {
  it("fires timers in the order they are due, ties in the order they were set", () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push("late"));
    clock.after(10, () => fired.push("first"));
    clock.after(10, () => fired.push("second"));
    clock.advance(15);
    expect(fired).toEqual(["first", "second"]);
    clock.advance(5);
    expect(fired).toEqual(["first", "second", "late"]);
  });

  it("fires timers that are set on the way, at their own time", () => {
    const clock = new FakeClock({ monoMs: 100 });
    const seen: number[] = [];
    clock.after(10, () => clock.after(10, () => seen.push(clock.monoMs())));
    clock.advance(1_000);
    expect(seen).toEqual([120]);
    expect(clock.monoMs()).toBe(1_100);
  });

  it("does not fire a timer that was called off", () => {
    const clock = new FakeClock();
    let fired = false;
    const cancel = clock.after(10, () => {
      fired = true;
    });
    expect(clock.nextInMs).toBe(10);
    cancel();
    expect(clock.timers).toBe(0);
    expect(clock.nextInMs).toBeUndefined();
    clock.advance(10);
    expect(fired).toBe(false);
  });

  it("lets promise reactions set timers while it advances", async () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
    void (async () => {
      for (let i = 0; i < 3; i++) {
        await wait(10);
        seen.push(clock.monoMs());
      }
    })();
    await clock.advanceAsync(30);
    expect(seen).toEqual([10, 20, 30]);
  });

  it("moves the wall clock along, and jumps it alone", () => {
    const clock = new FakeClock({ wallMs: 1_000 });
    clock.advance(50);
    expect(clock.wallMs()).toBe(1_050);
    clock.jumpWall(-500);
    expect([clock.wallMs(), clock.monoMs()]).toEqual([550, 50]);
  });

  it("a task that sets a timer of 0 again and again makes no time pass", () => {
    const clock = new FakeClock();
    let rounds = 0;
    const again = (): void => {
      if (++rounds < 5) clock.after(0, again);
    };
    clock.after(-3, again);
    clock.advance(0);
    expect([rounds, clock.monoMs()]).toEqual([5, 0]);
  });
});
