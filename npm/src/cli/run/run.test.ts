import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { aCriterion, aSession, aTask, aTry } from "../../report/testing/fixtures.ts";
import { suiteSession } from "../../report/testing/suite.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { EscalationView, SessionView } from "../../sessions/view.ts";
import { askOwner } from "../control/client.ts";
import { fakeConfig } from "../testing/fake-runtime.ts";
import { Harness } from "../testing/harness.ts";

let cli: Harness;
beforeEach(() => {
  cli = new Harness();
});
afterEach(() => {
  expect(cli.listeners).toBe(0);
  cli.remove();
});

const UNDEFINED_TEMPLATE = "orchestrator: {task_definitions: {unit_tests: [{id: A2, name: A, template: none}]}}";
const HASH = fakeConfig().hash;
const escalation: EscalationView = {
  ...(suiteSession().escalations[0] as EscalationView),
  resolved: null,
  decision: null,
};
const running = (over: Partial<SessionView> = {}): SessionView =>
  aSession([aTask("A2", { status: "running", ended: null, history: [aTry(1, 0, null)] })], {
    status: "running",
    ended: null,
    percentage: 10,
    configHash: HASH,
    ...over,
  });
const blocked = (): SessionView =>
  aSession([aTask("A2", { status: "waiting" })], {
    status: "running",
    ended: null,
    percentage: 50,
    configHash: HASH,
    escalations: [escalation],
  });
const done = (): SessionView => aSession([aTask("A2", { history: [aTry(1, 0, 1_000)] })], { configHash: HASH });

/** Answering ends the session, as a person would hope. */
function answerEnds(): void {
  cli.runtime.onAnswer = (_, decision) => {
    const answered = { ...escalation, resolved: escalation.raised + 5, decision };
    cli.runtime.set({ ...done(), escalations: [answered] });
  };
}

describe("polyphon run", () => {
  it("runs a plan to its end, reports, and leaves with 0", async () => {
    cli.runtime.fresh = running();
    const run = cli.start("run", "conf/suite.yaml");
    await run.attached();
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
    expect(cli.runtime.opened).toEqual([
      {
        db: join(cli.folder, "conf/.polyphon/team.db"),
        purpose: "run",
        config: fakeConfig(),
        notify: false,
        onTrouble: expect.any(Function),
      },
    ]);
    expect(cli.runtime.calls).toEqual(["start", "close"]);
    expect(cli.out).toContain("task A2 started try=1 agent=agent_001");
    expect(cli.out).toContain("✓ all criteria met");
    const folder = join(cli.folder, "conf/.polyphon/reports", done().id);
    expect(cli.out).toContain(`report  ${join(folder, "report.html")}`);
    expect(JSON.parse(readFileSync(join(folder, "report.json"), "utf8")).session).toBe(done().id);
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain("# cashcow");
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("</html>");
    expect(existsSync(join(cli.folder, "conf/.polyphon/team.db.sock"))).toBe(false);
  });

  it("leaves with 1 when a criterion was missed or a task failed for good", async () => {
    cli.runtime.fresh = aSession([aTask("A", { criteria: [aCriterion("coverage", 0.9, 0.2)] })]);
    expect(await cli.runThrough("run", "s.yaml")).toBe(1);
    cli.runtime.fresh = aSession([aTask("A", { status: "failed" })], { status: "failed" });
    expect(await cli.runThrough("run", "s.yaml")).toBe(1);
  });

  it("--json prints only the report", async () => {
    cli.runtime.config = fakeConfig(UNDEFINED_TEMPLATE);
    cli.runtime.fresh = done();
    expect(await cli.runThrough("run", "s.yaml", "--simulate", "--json")).toBe(0);
    expect(cli.json()).toMatchObject({ session: done().id, status: "completed", tasks: [{ id: "A2" }] });
    expect(cli.err).toContain("warning CONFIG_UNDEFINED_TEMPLATE");
  });

  it("refuses a plan whose templates nobody defined, unless it is simulated", async () => {
    cli.runtime.config = fakeConfig(UNDEFINED_TEMPLATE);
    expect(await cli.runThrough("run", "s.yaml")).toBe(2);
    expect(cli.err).toContain("CONFIG_UNDEFINED_TEMPLATE");
    expect(cli.err).toContain("--simulate");
    expect(cli.runtime.opened).toEqual([]);
  });

  it("goes on with the unfinished session of the same configuration", async () => {
    cli.runtime.set({ ...running(), id: "session_other", configHash: "ff" });
    cli.runtime.set(running());
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
    expect(cli.runtime.calls).toEqual([`resume ${running().id}`, "close"]);
    expect(cli.out).toContain(`Going on with ${running().id}: 0 of 1 tasks done.`);
  });

  it("starts a new one with --new, and when the last one ended", async () => {
    cli.runtime.set(running());
    cli.runtime.fresh = { ...done(), id: "session_new" };
    expect(await cli.runThrough("run", "s.yaml", "--new")).toBe(0);
    cli.runtime.views.clear();
    cli.runtime.set(done());
    expect(await cli.runThrough("run", "s.yaml")).toBe(0);
    expect(cli.runtime.calls.filter((call) => call === "start")).toHaveLength(2);
  });

  it("hands on where the log goes; a simulated run has none", async () => {
    cli.runtime.fresh = done();
    const given = async (...more: readonly string[]): Promise<unknown> => {
      expect(await cli.runThrough("run", "s.yaml", ...more)).toBe(0);
      return cli.runtime.opened.at(-1)?.log;
    };
    expect(await given()).toBeUndefined();
    expect(await given("--new", "--log-file", "my/run.log")).toMatch(/^\/.*my\/run\.log$/);
    expect(await given("--new", "--no-log-file")).toBe(false);
    expect(await cli.run("run", "s.yaml", "--simulate", "--log-file", "run.log")).toBe(2);
    expect(cli.err).toContain("CLI_USAGE");
  });

  it("--simulate keeps to a database of its own and always starts", async () => {
    cli.runtime.set(running());
    cli.runtime.fresh = { ...done(), id: "session_sim" };
    expect(await cli.runThrough("run", "s.yaml", "--simulate", "--seed", "7", "--notify")).toBe(0);
    expect(cli.runtime.opened[0]).toMatchObject({
      db: join(cli.folder, ".polyphon/simulated.db"),
      simulate: { seed: 7, anew: true },
      notify: true,
    });
    expect(cli.runtime.calls[0]).toBe("start");
  });

  it("leaves with 3 when the database has another owner or the store fails", async () => {
    cli.runtime.refusals.push(new PolyphonError("STORE_LOCKED", { message: "process 7 owns it" }));
    expect(await cli.runThrough("run", "s.yaml")).toBe(3);
    expect(cli.err).toContain("error STORE_LOCKED: process 7 owns it");
    expect(cli.runtime.calls).toEqual([]);
  });

  it("leaves with 3 when the store is gone in the middle", async () => {
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.runtime.breakDown(new PolyphonError("STORE_IO", { message: "the disk is gone" }));
    expect(await run.settled()).toBe(3);
    expect(cli.err).toContain("error STORE_IO: the disk is gone");
    expect(cli.runtime.calls).toEqual(["start", "close"]);
  });

  it("tells of what goes wrong beside the work, and goes on", async () => {
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml", "--notify");
    await run.attached();
    cli.runtime.opened[0]?.onTrouble?.(new PolyphonError("CLI_NOTIFY_FAILED", { message: "it answered 401" }));
    expect(cli.out).toContain("warning CLI_NOTIFY_FAILED: it answered 401\n");
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });

  it("closes the team when anything fails on the way", async () => {
    expect(await cli.runThrough("run", "s.yaml")).toBe(2);
    expect(cli.err).toContain("PLAN_INVALID");
    expect(cli.runtime.calls).toEqual(["start", "close"]);
  });

  it("leaves with 3 when the report cannot be written, after closing the team", async () => {
    cli.database("s/.polyphon/reports");
    cli.runtime.fresh = done();
    expect(await cli.runThrough("run", "s/s.yaml")).toBe(3);
    expect(cli.err).toContain("CLI_REPORT_WRITE");
    expect(cli.runtime.calls.at(-1)).toBe("close");
  });
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
    answerEnds();
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
    answerEnds();
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
    answerEnds();
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

describe("interrupts", () => {
  it("once: starts nothing new, waits for what runs, leaves with 130", async () => {
    let finish: () => void = () => undefined;
    cli.runtime.drained = new Promise<void>((resolve) => {
      finish = resolve;
    });
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    await run.said("interrupt again");
    expect(cli.runtime.calls).toEqual(["start", "drain"]);
    finish();
    expect(await run.settled()).toBe(130);
    expect(cli.out).toContain("interrupt again to end it at once");
    expect(cli.out).toContain("Interrupted. The same command goes on where it stopped.");
    expect(cli.runtime.calls).toEqual(["start", "drain", "close"]);
  });

  it("twice: leaves at once with 130", async () => {
    cli.runtime.drained = new Promise(() => undefined);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    await run.said("interrupt again");
    cli.interrupt();
    expect(await run.settled()).toBe(130);
    expect(cli.runtime.calls.at(-1)).toBe("close");
  });

  it("a session that ends while draining counts as ended", async () => {
    cli.runtime.drained = new Promise(() => undefined);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });

  it("a drain that fails does not keep the process", async () => {
    cli.runtime.drained = Promise.reject(new Error("no"));
    cli.runtime.drained.catch(() => undefined);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    expect(await run.settled()).toBe(130);
  });

  it("call off a question", async () => {
    cli.lines = [];
    cli.runtime.fresh = blocked();
    const run = cli.start("run", "s.yaml");
    await run.until(() => cli.asked.length === 1);
    cli.interrupt();
    expect(await run.settled()).toBe(130);
  });
});

describe("watching", () => {
  it("runs again when a file changed, and leaves on Ctrl-C with the last result", async () => {
    cli.runtime.fresh = done();
    const run = cli.start("run", "s.yaml", "--watch");
    await run.said("Waiting for a change");
    expect(cli.out).toContain("Waiting for a change of the configuration");
    cli.runtime.fresh = aSession([aTask("A", { status: "failed" })], { status: "failed", id: "session_2" });
    cli.changeFile();
    await run.until(() => cli.out.split("Waiting for a change").length === 3);
    expect(cli.runtime.calls).toEqual(["start", "close", "start", "close"]);
    cli.interrupt();
    expect(await run.settled()).toBe(1);
  });

  it("reports a wrong configuration and waits for a better one", async () => {
    cli.runtime.fresh = done();
    cli.runtime.config = () => {
      throw new PolyphonError("PLAN_INVALID", { message: "line 3 is wrong" });
    };
    const run = cli.start("run", "s.yaml", "--watch");
    await run.said("Waiting for a change");
    expect(cli.err).toContain("line 3 is wrong");
    cli.runtime.config = fakeConfig();
    cli.changeFile();
    await run.until(() => cli.out.split("Waiting for a change").length === 3);
    cli.interrupt();
    expect(await run.settled()).toBe(0);
  });

  it("leaves when the runtime broke, and when interrupted in a run", async () => {
    cli.runtime.refusals.push(new PolyphonError("STORE_IO", { message: "disk" }));
    expect(await cli.runThrough("run", "s.yaml", "--watch")).toBe(3);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml", "--watch");
    await run.attached();
    cli.interrupt();
    expect(await run.settled()).toBe(130);
  });

  it("--once leaves after the report all the same", async () => {
    cli.runtime.fresh = done();
    expect(await cli.runThrough("run", "s.yaml", "--watch", "--once")).toBe(0);
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

it("a run without a control channel still works and says so", async () => {
  cli.database("s/.polyphon/team.db.sock");
  cli.runtime.fresh = done();
  expect(await cli.runThrough("run", "s/s.yaml")).toBe(0);
  expect(cli.err).toContain("no control channel");
  chmodSync(join(cli.folder, "s"), 0o755);
});
