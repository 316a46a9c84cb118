import { afterEach, describe, expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import type { Team } from "./team.ts";
import { scriptedHost, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

/** Names that JavaScript and the kernel put in different orders. */
const APART = ["\ufffd", "\u{1f600}"] as const;

/** Resolves when an event of a kind has happened. */
function firstOf(team: Team, kind: string): Promise<void> {
  return new Promise((resolve) => team.events$.subscribe(({ type }) => type === kind && resolve()));
}

describe("a report the kernel does not take", () => {
  test("fails the attempt at once and says why, instead of leaving it to its timeout", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    await team.host("lying", {}, scriptedHost({ metrics: { "two\nlines": 1 } })).ready;
    const session = team.orchestrate({ tasks: [{ key: "a", timeoutMs: 3_600_000 }], recovery: { maxRetries: 0 } });
    expect(await session.result).toMatchObject({ status: "failed" });
    const { history, reason } = (await session.view()).tasks[0] ?? {};
    expect(history).toMatchObject([{ outcome: "failed", error: { type: "report_invalid" } }]);
    expect(reason).toContain("a metric needs a name of 1 to 256 bytes");
    expect((await team.agents())[0]).toMatchObject({ status: "idle", load: 0, failed: 1 });
  });

  test("of an attempt that is no longer wanted is dropped", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    let end: () => void = () => undefined;
    team.agent("slow", () => new Promise((resolve) => (end = () => resolve(1))));
    const session = team.orchestrate({
      tasks: [{ key: "a", timeoutMs: 1_000 }],
      recovery: { maxRetries: 0, graceMs: 0 },
    });
    await session.ready;
    await clock.advanceAsync(1_001);
    expect(await session.result).toMatchObject({ status: "failed" });
    end();
    await clock.settle();
    const { history } = (await session.view()).tasks[0] ?? {};
    expect(history).toMatchObject([{ outcome: "timeout", error: { type: "timeout" } }]);
  });

  test("is not what comes of names in any script", async () => {
    const team = await teams.open();
    await team.agent("polyglot", { capabilities: [...APART] }, (_task, ctx) => {
      for (const name of APART) ctx.metric(name, 1);
    }).ready;
    const session = team.orchestrate({ tasks: [{ key: "a", needs: [...APART], criteria: { [APART[0]]: 1 } }] });
    expect(await session.result).toMatchObject({ status: "completed" });
  });

  test("is not what comes of an agent's own words", async () => {
    const team = await teams.open();
    await team.agent("rude", () => {
      throw Object.assign(new Error("no"), { errorType: "bell\u0007" });
    }).ready;
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    const raised = firstOf(team, "EscalationRaised");
    await session.ready;
    await raised;
    expect((await session.view()).tasks[0]).toMatchObject({
      status: "waiting",
      history: [{ outcome: "failed", error: { type: "logic_error", message: "no" } }],
    });
  });
});
