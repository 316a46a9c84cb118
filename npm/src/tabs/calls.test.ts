import { afterEach, beforeEach, expect, test } from "vitest";
import { Bus } from "../bus/bus.ts";
import type { Team } from "../team/team.ts";
import { Teams } from "../team/testing/teams.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryTransport } from "../transports/memory/memory-transport.ts";
import { Asking } from "./asking.ts";
import { serveTabs } from "./calls.ts";
import { SharedSession } from "./shared-session.ts";
import { SwitchTransport } from "./switch-transport.ts";

const teams = new Teams();
let clock: FakeClock;
let way: SwitchTransport;
let bus: Bus;
let asking: Asking;
beforeEach(() => {
  clock = new FakeClock();
  way = new SwitchTransport(() => undefined);
  bus = new Bus({ clock, transport: way });
  asking = new Asking(bus, clock);
});
afterEach(async () => {
  await bus.close();
  await teams.close();
});

/** A team that answers tabs from now on. */
async function lead(): Promise<Team> {
  const team = await teams.open({ clock });
  const hub = new Bus({ clock });
  serveTabs(team, hub);
  await way.turn(memoryTransport(hub));
  return team;
}

function start(key: string): SharedSession {
  return new SharedSession(
    asking,
    asking.again("orchestrate", [{ tasks: [{ key: "a", needs: ["x"] }] }, { idempotencyKey: key }]),
  );
}

test("a session over the way: progress, steering, context, facts and the result", async () => {
  const team = await lead();
  const session = start("1");
  expect(() => session.id).toThrow(expect.objectContaining({ code: "SESSION_NOT_READY" }));
  const percentages: number[] = [];
  session.progress$.subscribe(({ percentage }) => percentages.push(percentage));
  await clock.advanceAsync(100);
  expect(session.id).toBe(await session.ready);
  await session.pause();
  expect((await session.view()).status).toBe("paused");
  await session.resume();
  await session.updateContext({ a: 1 });
  expect(await session.context()).toEqual({ a: 1 });
  await session.recordFacts([{ text: "it rains" }]);
  expect(await session.misfits()).toHaveLength(1);
  team.agent("x", { capabilities: ["x"] }, () => "done");
  await clock.advanceAsync(100);
  expect((await session.result).outputs).toEqual({ a: "done" });
  expect([percentages[0], percentages.at(-1)]).toEqual([0, 100]);
});

test("a call that was under way when the owner changed is made again, those that could count twice are not", async () => {
  await lead();
  const session = start("1");
  await session.ready;
  const result = session.result;
  let refusal: string | undefined;
  const silent = new Bus({ clock });
  silent.respond("polyphon.tabs.call", () => new Promise(() => undefined));
  await way.turn(memoryTransport(silent));
  await clock.advanceAsync(100);
  const facts = session.recordFacts([{ text: "once" }]);
  facts.catch((error: { code: string }) => {
    refusal = error.code;
  });
  const catalog = asking.again<object>("catalog");
  await clock.advanceAsync(100);
  const team = await lead();
  await clock.advanceAsync(100);
  expect(refusal).toBe("TRANSPORT_LOST");
  expect(await catalog).toEqual(await team.catalog());
  // The next owner here has another journal, which knows nothing of it.
  await expect(result).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
});

test("what is none of the calls of a team is refused", async () => {
  await lead();
  await expect(asking.again("close")).rejects.toMatchObject({ code: "COMMAND_INVALID" });
  await expect(asking.again("constructor")).rejects.toMatchObject({ code: "COMMAND_INVALID" });
});

test("a stream goes on with the next owner, and ends with the bus", async () => {
  await lead();
  const types: string[] = [];
  let isOver = false;
  asking
    .stream<{ type: string }>(async () => ({ what: "events" }))
    .subscribe({
      next: ({ type }) => types.push(type),
      complete: () => {
        isOver = true;
      },
    });
  await clock.advanceAsync(100);
  await start("1").ready;
  await clock.advanceAsync(100);
  const before = types.length;
  expect(before).toBeGreaterThan(0);
  await lead();
  await clock.advanceAsync(100);
  await start("2").ready;
  await clock.advanceAsync(100);
  expect(types.length).toBeGreaterThan(before);
  await bus.close();
  await clock.advanceAsync(100);
  expect(isOver).toBe(true);
});
