import { expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { Deadline, Deadlines } from "./deadlines.ts";

test("one that is set anew when it expires holds no other of its length up", () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const fired: string[] = [];
  class Repeating extends Deadline {
    readonly name: string;
    left = 2;
    constructor(name: string) {
      super();
      this.name = name;
    }
    override expire(): void {
      fired.push(`${this.name} ${clock.monoMs()}`);
      if (--this.left > 0) deadlines.set(this, 100, clock.monoMs());
    }
  }
  deadlines.set(new Repeating("one"), 100, clock.monoMs());
  clock.advance(60);
  deadlines.set(new Repeating("other"), 100, clock.monoMs());
  clock.advance(300);
  expect(fired).toEqual(["one 100", "other 160", "one 200", "other 260"]);
  expect(clock.timers).toBe(0);
});
