import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { aCriterion, aSession, aTask } from "../../report/testing/fixtures.ts";
import { fakeConfig } from "../testing/fake-runtime.ts";
import { Harness } from "../testing/harness.ts";
import { done, running } from "../testing/sessions.ts";

let cli: Harness;
beforeEach(() => {
  cli = new Harness();
});
afterEach(() => {
  expect(cli.listeners).toBe(0);
  cli.remove();
});

const UNDEFINED_TEMPLATE = "orchestrator: {task_definitions: {unit_tests: [{id: A2, name: A, template: none}]}}";

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

it("a run without a control channel still works and says so", async () => {
  cli.database("s/.polyphon/team.db.sock");
  cli.runtime.fresh = done();
  expect(await cli.runThrough("run", "s/s.yaml")).toBe(0);
  expect(cli.err).toContain("no control channel");
  chmodSync(join(cli.folder, "s"), 0o755);
});
