import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { aSession, aTask } from "../../report/testing/fixtures.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { SessionView } from "../../sessions/view.ts";
import { askOwner } from "../control/client.ts";
import { Harness } from "../testing/harness.ts";
import { answerEnds, blocked, done, escalation, HASH, running } from "../testing/sessions.ts";

let cli: Harness;
beforeEach(() => {
  cli = new Harness();
});
afterEach(() => {
  expect(cli.listeners).toBe(0);
  cli.remove();
});

describe("a task that waits for a person", () => {
  it("ends an unattended run with 1 and tells how to answer", async () => {
    cli.runtime.fresh = blocked();
    expect(await cli.runThrough("run", "s.yaml")).toBe(1);
    expect(cli.out).toContain(
      `answer from another process: polyphon approve|retry|abort ${escalation.id} --db ${join(cli.folder, ".polyphon/team.db")}`,
    );
    expect(cli.out).toContain("Only people can go on from here. The same command goes on where it stopped.");
    expect(existsSync(join(cli.folder, ".polyphon/reports", blocked().id, "report.json"))).toBe(true);
  });

  it("is waited for with --wait, and answered from another process", async () => {
    cli.runtime.fresh = blocked();
    answerEnds(cli);
    const run = cli.start("run", "s.yaml", "--wait");
    await run.attached();
    const db = join(cli.folder, ".polyphon/team.db");
    expect(await askOwner(db, "escalation.retry", escalation.id, { clock: systemClock() })).toEqual({
      escalation: escalation.id,
      done: "retry",
    });
    expect(await run.settled()).toBe(0);
    expect(cli.out.match(/answer from another process/g)).toHaveLength(1);
  });

  it("is answered by a second command line through the running one", async () => {
    cli.runtime.fresh = blocked();
    answerEnds(cli);
    const run = cli.start("run", "s.yaml", "--wait");
    await run.attached();
    cli.database();
    const other = new Harness();
    other.runtime.set(blocked());
    expect(await other.run("retry", "A2", "--db", join(cli.folder, ".polyphon/team.db"), "--json")).toBe(0);
    expect(other.json()).toMatchObject({ via: "owner", decision: "retry" });
    expect(other.runtime.opened).toEqual([]);
    other.remove();
    expect(await run.settled()).toBe(0);
    expect(cli.runtime.calls).toContain(`retry ${escalation.id}`);
  });

  it.each([
    ["a", "approve"],
    ["Retry", "retry"],
    ["b", "abort"],
  ])("is asked about at a terminal: %s", async (line, decision) => {
    cli.lines = ["what?", line];
    cli.runtime.fresh = blocked();
    answerEnds(cli);
    expect(await cli.runThrough("run", "s.yaml")).toBe(0);
    expect(cli.asked).toHaveLength(2);
    expect(cli.asked[0]).toContain("A2 waits for a person: calculation_error (critical)");
    expect(cli.asked[0]).toContain("- Add tolerance to financial calculations");
    expect(cli.asked[1]).toContain("Please type one of the letters.");
    expect(cli.runtime.calls).toContain(`${decision} ${escalation.id}`);
    expect(cli.out).toContain(`✓ A2: ${decision}`);
  });

  it("is left open on request, and the terminal waits", async () => {
    cli.lines = ["later"];
    cli.runtime.fresh = blocked();
    const run = cli.start("run", "s.yaml");
    await run.said("Left open");
    expect(cli.out).toContain(`Left open: answer with \`polyphon approve|retry|abort ${escalation.id} --db /`);
    expect(cli.asked).toHaveLength(1);
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });

  it("is asked about no more once somebody else answered", async () => {
    cli.lines = [];
    cli.runtime.fresh = blocked();
    const run = cli.start("run", "s.yaml");
    await run.until(() => cli.asked.length === 1);
    cli.runtime.set(running());
    await run.until(() => cli.calledOff === 1);
    expect(cli.out).toContain("A2: answered elsewhere.\n");
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });

  it("stays open when the answer is refused, and says why", async () => {
    cli.lines = ["a"];
    cli.runtime.fresh = blocked();
    cli.runtime.onAnswer = () => {
      throw new PolyphonError("STORE_IO", { message: "the disk is full" });
    };
    const run = cli.start("run", "s.yaml");
    await run.said("The answer was not taken");
    expect(cli.out).toContain("The answer was not taken: the disk is full");
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });
});

describe("an alert that holds new tasks back", () => {
  const alert = {
    rule: "high_failure_rate",
    severity: "critical",
    action: "pause_new_tasks",
    raised: Date.UTC(2025, 6, 10, 10),
    cleared: null,
    holds: true,
    details: "60.0 % of the last attempts failed",
  } as const;
  const held = (): SessionView =>
    aSession([aTask("A1", { status: "failed" }), aTask("A2", { status: "ready", attempts: 0, history: [] })], {
      status: "running",
      ended: null,
      configHash: HASH,
      alerts: [alert],
    });

  it("makes a run that nobody watches leave with 1, and say how to go on", async () => {
    cli.runtime.fresh = held();
    expect(await cli.runThrough("run", "s.yaml")).toBe(1);
    expect(cli.out).toContain(
      "high_failure_rate holds new tasks back (critical)\n  60.0 % of the last attempts failed\n",
    );
    expect(cli.out).toContain(`answer from another process: polyphon resume|cancel ${held().id} --db ${cli.folder}`);
    expect(cli.out).toContain("waits for a person");
  });

  it.each([
    ["g", "resume", "go on"],
    ["cancel", "cancel", "cancel"],
  ])("is asked about at a terminal: %s", async (line, action, word) => {
    cli.lines = [line];
    cli.runtime.fresh = held();
    const run = cli.start("run", "s.yaml");
    await run.said("✓");
    expect(cli.asked[0]).toContain("(g)o on, (c)ancel or (l)ater? ");
    expect(cli.runtime.calls).toContain(`${action} ${held().id}`);
    expect(cli.out).toContain(`✓ high_failure_rate: ${word}`);
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });
});

describe("a paused session", () => {
  const paused = (): SessionView =>
    aSession([aTask("A2", { status: "ready", attempts: 0, history: [] })], {
      status: "paused",
      ended: null,
      configHash: HASH,
    });

  it("that is gone on with says so, and leaves with 1 where nobody is asked", async () => {
    cli.runtime.set(paused());
    expect(await cli.runThrough("run", "s.yaml")).toBe(1);
    expect(cli.out).toContain(`paused: the session ${paused().id} grants no work`);
    expect(cli.out).toContain(`polyphon resume|cancel ${paused().id} --db ${cli.folder}`);
  });

  it("is asked about at a terminal", async () => {
    cli.lines = ["go on"];
    cli.runtime.set(paused());
    const run = cli.start("run", "s.yaml");
    await run.said("✓");
    expect(cli.runtime.calls).toContain(`resume ${paused().id}`);
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });

  it("that was paused meanwhile is waited for without a question: who paused it knows", async () => {
    cli.lines = [];
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.runtime.set(paused());
    await run.said("paused");
    expect(cli.asked).toEqual([]);
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });
});

describe("an answer without an owner", () => {
  it("tries again while an owner comes or goes", async () => {
    const db = cli.database();
    cli.runtime.set(blocked());
    const owned = new PolyphonError("STORE_LOCKED", { message: "owned" });
    cli.runtime.refusals.push(owned, owned, owned);
    expect(await cli.runThrough("approve", "A2", "--db", db)).toBe(0);
    expect(cli.runtime.calls).toContain(`approve ${escalation.id}`);
  });

  it("gives up on an owner that never listens", async () => {
    const db = cli.database();
    cli.runtime.set(blocked());
    for (let round = 0; round < 20; round += 1)
      cli.runtime.refusals.push(new PolyphonError("STORE_LOCKED", { message: "owned" }));
    expect(await cli.runThrough("approve", "A2", "--db", db)).toBe(3);
    expect(cli.err).toContain("STORE_LOCKED");
  });
});
