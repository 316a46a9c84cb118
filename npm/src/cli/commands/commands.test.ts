import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aSession, aTask, HOSTILE, START } from "../../report/testing/fixtures.ts";
import { suiteSession } from "../../report/testing/suite.ts";
import type { EscalationView } from "../../sessions/view.ts";
import type { LongOptions } from "../ports.ts";
import { Harness } from "../testing/harness.ts";

let cli: Harness;
beforeEach(() => {
  cli = new Harness();
  cli.database();
  cli.runtime.set(suiteSession());
});
afterEach(() => cli.remove());

const open = (id: string, task = "A2"): EscalationView => ({
  ...(suiteSession().escalations[0] as EscalationView),
  id,
  task,
  resolved: null,
  decision: null,
});

describe("commands that read", () => {
  it("refuse a database that is not there, and make none", async () => {
    for (const argv of [
      ["sessions"],
      ["show", "x"],
      ["report", "x"],
      ["agents"],
      ["escalations"],
      ["approve", "x"],
      ["cancel", "x"],
    ]) {
      cli.err = "";
      expect(await cli.run(...argv, "--db", "other/none.db")).toBe(2);
      expect(cli.err).toContain("error CLI_NO_DATABASE");
    }
    expect(existsSync(join(cli.folder, "other"))).toBe(false);
    mkdirSync(join(cli.folder, "folder.db"));
    expect(await cli.run("verify", "folder.db")).toBe(2);
    expect(cli.err).toContain("is not a file");
    writeFileSync(join(cli.folder, "empty.db"), "");
    expect(await cli.run("verify", "empty.db")).toBe(2);
    expect(cli.err).toContain("is empty");
  });

  it("close the reader, also after a refusal", async () => {
    await cli.run("show", "nobody");
    expect(cli.runtime.calls).toEqual(["close reader"]);
  });

  it("sessions lists them as a table and as data", async () => {
    expect(await cli.run("sessions")).toBe(0);
    expect(cli.out).toMatch(/^SESSION +NAME +STATUS +DONE +TASKS +STARTED \(UTC\) +TOOK\n/);
    expect(cli.out).toContain("cashcow_test_orchestrator  completed  100 %  12/12  2025-07-10 10:00:00  41.4 s");
    cli.out = "";
    expect(await cli.run("sessions", "--json")).toBe(0);
    expect(cli.json<{ sessions: { id: string }[] }>().sessions.map((one) => one.id)).toEqual([
      "session_01k0000000000000000000000",
    ]);
  });

  it("sessions says what to do when there are none", async () => {
    cli.runtime.views.clear();
    await cli.run("sessions");
    expect(cli.out).toBe("No sessions yet. Start one with `polyphon run FILE`.\n");
  });

  it("names from outside cannot steer the terminal", async () => {
    cli.runtime.set(
      aSession([aTask("A", { name: HOSTILE, agent: HOSTILE, status: "failed" })], {
        name: HOSTILE,
        escalations: [{ ...open("escalation_x"), message: HOSTILE, issueType: HOSTILE }],
      }),
    );
    cli.runtime.agents.push({
      id: "a",
      name: HOSTILE,
      type: HOSTILE,
      status: "idle",
      health: "healthy",
      capabilities: [HOSTILE],
      load: 0,
      maxLoad: 1,
      tasks: [HOSTILE],
      pool: HOSTILE,
      state: null,
      vitals: null,
    });
    for (const argv of [["sessions"], ["show", "last"], ["agents"], ["escalations"]]) await cli.run(...argv);
    expect(cli.out).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });

  it("show finds a session by id, by its beginning and as the last one", async () => {
    for (const id of ["session_01k0000000000000000000000", "session_01k", "01k", "last"]) {
      cli.out = "";
      expect(await cli.run("show", id)).toBe(0);
      expect(cli.out).toContain("B1a");
      expect(cli.out).toContain("✓ all criteria met  12 of 12 tasks · 100 % · 41.4 s · 15 tries · 4 recoveries");
    }
    cli.out = "";
    await cli.run("show", "last", "--json");
    expect(cli.json()).toEqual(JSON.parse(JSON.stringify(suiteSession())));
  });

  it("show names criteria that were missed", async () => {
    cli.runtime.set(
      aSession([aTask("A", { criteria: [{ name: "pass_rate", bound: "min", target: 1, measured: 0.5, met: false }] })]),
    );
    await cli.run("show", "last");
    expect(cli.out).toContain("pass rate 50 % (bound ≥ 100 %)");
    expect(cli.out).toContain("not everything was met");
  });

  it("show refuses an id that fits nothing or several", async () => {
    expect(await cli.run("show", "nobody")).toBe(2);
    expect(cli.err).toContain("error CLI_UNKNOWN_ID");
    cli.runtime.set({ ...suiteSession(), id: "session_01kz" });
    expect(await cli.run("show", "01k")).toBe(2);
    expect(cli.err).toContain("error CLI_AMBIGUOUS_ID");
    expect(cli.err).toContain("session_01kz");
  });

  it("report prints each format and writes files", async () => {
    expect(await cli.run("report", "last")).toBe(0);
    expect(cli.out).toMatch(/^# cashcow_test_orchestrator/);
    cli.out = "";
    await cli.run("report", "last", "--json");
    expect(cli.json()).toMatchObject({ session: "session_01k0000000000000000000000", status: "completed" });
    cli.out = "";
    await cli.run("report", "last", "--format", "html", "--out", "deep/r.html");
    expect(cli.out).toBe(`${join(cli.folder, "deep/r.html")}\n`);
    expect(readFileSync(join(cli.folder, "deep/r.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  it("report says why a file cannot be written", async () => {
    cli.database("blocker");
    expect(await cli.run("report", "last", "--out", "blocker/r.md")).toBe(3);
    expect(cli.err).toContain("error CLI_REPORT_WRITE");
  });

  it("agents shows who does what", async () => {
    await cli.run("agents");
    expect(cli.out).toBe("No agents are registered.\n");
    cli.runtime.agents.push({
      id: "agent_1",
      name: "agent_001",
      type: "coder",
      status: "busy",
      health: "healthy",
      capabilities: ["testing"],
      load: 1,
      maxLoad: 2,
      tasks: ["A1"],
      pool: "agent",
      state: { bytes: 12, savedMs: 5 },
      vitals: { suspicion: 0.5, silenceMs: 1_000, memoryBytes: 50 * 1024 * 1024, cpuCores: 0.254 },
    });
    cli.out = "";
    await cli.run("agents");
    expect(cli.out).toContain("agent_001  coder  busy    healthy   50 MB   0.25   1/2  A1     testing");
    expect(cli.out).toContain("run by no process; as they were last");
    cli.runtime.owner = { pid: 7, host: "here", sinceMs: 0 };
    cli.out = "";
    await cli.run("agents");
    expect(cli.out).toContain("run by process 7 on here");
  });

  it("escalations lists the open ones, with --all the answered too", async () => {
    await cli.run("escalations");
    expect(cli.out).toBe("Nothing waits for a person.\n");
    cli.out = "";
    await cli.run("escalations", "--all", "--json");
    expect(cli.json<{ escalations: unknown[] }>().escalations).toHaveLength(1);
    cli.runtime.set({ ...suiteSession(), escalations: [open("escalation_a")] });
    cli.out = "";
    await cli.run("escalations");
    expect(cli.out).toContain("escalation_a  A2    calculation_error  critical");
    expect(cli.out).toContain("polyphon approve|retry|abort ID");
  });

  it("verify tells a whole journal from a damaged one", async () => {
    expect(await cli.run("verify", ".polyphon/team.db")).toBe(0);
    expect(cli.out).toContain("whole\n  3 frames, 42 events, sequences 1 to 42");
    cli.runtime.verification = {
      ...cli.runtime.verification,
      ok: false,
      stateHash: null,
      problems: [{ code: "STORE_CORRUPT", seq: 17, message: "checksum differs" }],
    };
    cli.out = "";
    expect(await cli.run("verify", ".polyphon/team.db")).toBe(3);
    expect(cli.out).toContain("damaged");
    expect(cli.out).toContain("STORE_CORRUPT at 17: checksum differs");
    cli.out = "";
    expect(await cli.run("verify", ".polyphon/team.db", "--json")).toBe(3);
    expect(cli.json()).toMatchObject({ ok: false, problems: [{ seq: 17 }] });
  });

  it("verify shows how far it is to somebody who looks on, and nothing to a file", async () => {
    cli.runtime.verify = async (options = {}) => {
      for (const seq of [1, 2, 3]) {
        cli.clock.advance(700);
        options.onProgress?.({ doing: "checked", seq, lastSeq: 4 });
      }
      return cli.runtime.verification;
    };
    expect(await cli.run("verify", ".polyphon/team.db")).toBe(0);
    expect(cli.err).toBe("");
    cli.looksOn = true;
    expect(await cli.run("verify", ".polyphon/team.db")).toBe(0);
    expect(cli.err).toContain("checked 50 % (event 2 of 4)");
    expect(cli.err).not.toContain("event 1 of 4");
    expect(cli.err.endsWith("\r")).toBe(true);
    const before = cli.err;
    expect(await cli.run("verify", ".polyphon/team.db", "--json")).toBe(0);
    expect(cli.err).toBe(before);
  });

  it("Ctrl-C ends verify and replay", async () => {
    const forEver = ({ signal }: LongOptions = {}): Promise<never> =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    cli.runtime.verify = forEver;
    cli.runtime.replay = (_until, options) => forEver(options);
    for (const argv of [
      ["verify", ".polyphon/team.db"],
      ["replay", ".polyphon/team.db", "--until", "7"],
    ]) {
      const run = cli.start(...argv);
      await run.until(() => cli.listeners > 0);
      cli.interrupt();
      expect(await run.settled()).toBe(130);
      expect(cli.err).toContain("Interrupted; nothing was changed.");
      expect(cli.listeners).toBe(0);
    }
  });

  it("replay shows the state after an event", async () => {
    expect(await cli.run("replay", ".polyphon/team.db", "--until", "7")).toBe(0);
    expect(cli.out).toContain("After event 7: state cd\n");
    expect(cli.out).toContain("B1a");
  });

  it("replay takes a step that broke the kernel again", async () => {
    const once = { command: "Orchestrate", seq: 41, message: "out of bounds" };
    cli.runtime.repros.set(join(cli.folder, "a.panic-41"), { ...once, panic: "out of bounds", events: 0 });
    cli.runtime.repros.set(join(cli.folder, "b.panic-41"), { ...once, panic: null, events: 3 });
    expect(await cli.run("replay", "a.panic-41")).toBe(3);
    expect(cli.out).toBe("Orchestrate after event 41: out of bounds\nit breaks this version too: out of bounds\n");
    cli.out = "";
    expect(await cli.run("replay", "b.panic-41", "--json")).toBe(0);
    expect(cli.json()).toMatchObject({ ...once, panic: null, events: 3 });
    expect(await cli.run("replay", ".polyphon/team.db")).toBe(2);
    expect(cli.err).toContain("--until says up to which event");
  });
});

describe("commands about the configuration", () => {
  const suite = (extra = ""): string => {
    const text = `orchestrator:\n  task_definitions:\n    unit_tests:\n      - {id: A1, name: One, template: t}\n${extra}`;
    writeFileSync(join(cli.folder, "s.yaml"), text);
    return text;
  };
  beforeEach(() => {
    cli.runtime.realConfig = true;
  });

  it("check lists warnings with their place and still succeeds", async () => {
    suite();
    expect(await cli.run("check", "s.yaml")).toBe(0);
    expect(cli.out).toMatch(
      /^s\.yaml:4:\d+ {2}warning CONFIG_UNDEFINED_TEMPLATE|^s\.yaml:4:\d+ {2}warning CONFIG_NO_TEMPLATE/m,
    );
    expect(cli.out).toMatch(/✓ 1 task, 1 warning, configuration [0-9a-f]{12}\n$/);
    cli.out = "";
    await cli.run("check", "s.yaml", "--json");
    expect(cli.json()).toMatchObject({ ok: true, tasks: 1, warnings: [{ line: 4, file: "s.yaml" }] });
  });

  it("check refuses a configuration with everything that is wrong in it", async () => {
    suite("recovery:\n  max_retrys: 2\n  retry_delay: much\n");
    expect(await cli.run("check", "s.yaml")).toBe(2);
    expect(cli.err).toMatch(/^s\.yaml:6:3 {2}CONFIG_UNKNOWN_KEY/m);
    expect(cli.err).toMatch(/^s\.yaml:7:16 /m);
    expect(cli.err).toContain("error CONFIG_INVALID: 2 problems");
    expect(cli.err).toContain("docs/errors/CONFIG_INVALID.md");
    expect(await cli.run("check", "s.yaml", "--json")).toBe(2);
    expect(cli.json<{ error: { details: { problems: unknown[] } } }>().error.details.problems).toHaveLength(2);
  });

  it("check refuses a file that is not there", async () => {
    expect(await cli.run("check", "none.yaml")).toBe(2);
    expect(cli.err).toContain("CONFIG_FILE_NOT_FOUND");
  });

  it("--set is stronger than the file, and must name a setting", async () => {
    suite("recovery: {max_retries: 2}\n");
    await cli.run("doctor", "--config", "s.yaml", "--set", "recovery.max_retries=0", "--json");
    const { values } = cli.json<{ values: { path: string; value: unknown; from: string }[] }>();
    expect(values.find((one) => one.path === "recovery.max_retries")).toMatchObject({ value: 0, from: "command line" });
    expect(await cli.run("check", "s.yaml", "--set", "recovery.max_retrys=0")).toBe(2);
    expect(cli.err).toContain('there is no setting "recovery.max_retrys"');
    expect(await cli.run("check", "s.yaml", "--set", "nonsense")).toBe(2);
    expect(cli.err).toContain("It has the form path=value");
  });

  it("doctor reports each check with its remedy, and fails when one failed", async () => {
    cli.runtime.checks = [
      { name: "Node", status: "ok", found: "24.21.0" },
      { name: "SQLite", status: "failed", found: "3.40", remedy: "Use Node 24." },
    ];
    expect(await cli.run("doctor")).toBe(3);
    expect(cli.out).toBe("✓ Node  24.21.0\n✗ SQLite  3.40\n    remedy  Use Node 24.\n");
    cli.runtime.checks = [{ name: "Node", status: "warning", found: "22" }];
    expect(await cli.run("doctor", "--json")).toBe(0);
  });

  it("doctor --config says where each setting is from, with or without files", async () => {
    suite("recovery:\n  max_retries: 2\n");
    cli.env.POLYPHON_RECOVERY_RETRY_DELAY = "5";
    expect(await cli.run("doctor", "--config", "s.yaml")).toBe(0);
    expect(cli.out).toMatch(/^recovery\.max_retries +2 +s\.yaml:6:16$/m);
    expect(cli.out).toMatch(/^recovery\.retry_delay +5 +\$POLYPHON_RECOVERY_RETRY_DELAY$/m);
    expect(cli.out).toMatch(/^agent_pool\.max_agents +\d+ +default$/m);
    cli.out = "";
    expect(await cli.run("doctor", "--config")).toBe(0);
    expect(cli.out).toMatch(/ default$/m);
  });
});

describe("commands that answer, without an owner", () => {
  beforeEach(() => {
    cli.runtime.set({
      ...suiteSession(),
      ended: null,
      status: "running",
      escalations: [open("escalation_aa"), open("escalation_ab", "A3")],
    });
  });

  it.each(["approve", "retry", "abort"])("%s is recorded by opening the team for a moment", async (verb) => {
    expect(await cli.run(verb, "escalation_aa")).toBe(0);
    expect(cli.runtime.opened).toEqual([{ db: join(cli.folder, ".polyphon/team.db"), purpose: "answer" }]);
    expect(cli.runtime.calls).toEqual(["close reader", `${verb} escalation_aa`, "close"]);
    expect(cli.out).toContain("Recorded; the next `polyphon run` goes on from here.");
  });

  it("find an escalation by the key of its task", async () => {
    await cli.run("retry", "A3", "--json");
    expect(cli.json()).toMatchObject({ escalation: "escalation_ab", decision: "retry", via: "file" });
  });

  it("refuse what fits several, none, or was answered", async () => {
    expect(await cli.run("retry", "escalation_a")).toBe(2);
    expect(cli.err).toContain("CLI_AMBIGUOUS_ID");
    expect(await cli.run("retry", "nothing")).toBe(2);
    expect(cli.err).toContain("CLI_UNKNOWN_ID");
    cli.runtime.set(suiteSession());
    expect(await cli.run("abort", "escalation_01k00000000000000000000000")).toBe(2);
    expect(cli.err).toContain(
      "error ESCALATION_RESOLVED: escalation_01k00000000000000000000000 (A2) was answered with retry before.",
    );
    expect(cli.runtime.opened).toEqual([]);
  });

  it.each(["cancel", "pause", "resume"])("%s steers a session", async (verb) => {
    expect(await cli.run(verb, "last")).toBe(0);
    expect(cli.runtime.calls).toContain(`${verb} session_01k0000000000000000000000`);
    cli.runtime.set({ ...suiteSession(), status: "cancelled", ended: START });
    expect(await cli.run(verb, "last")).toBe(2);
    expect(cli.err).toContain("error SESSION_ENDED: session_01k0000000000000000000000");
    expect(cli.runtime.calls.filter((call) => call.startsWith(verb))).toHaveLength(1);
  });
});

it("the time of a session that never ended is left open", async () => {
  cli.runtime.set({ ...suiteSession(), id: "session_02", ended: null, started: START });
  await cli.run("sessions");
  expect(cli.out).toMatch(/session_02 .*10:00:00\n/);
});
