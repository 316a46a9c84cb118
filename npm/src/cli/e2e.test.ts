import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

let folder: string;
const children = new Set<ChildProcess>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "e2e-"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  rmSync(folder, { recursive: true, force: true });
});

interface Command {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
  said(text: string): Promise<void>;
}

/** The real command in a process of its own. */
function polyphon(...args: readonly string[]): Command {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, FORCE_COLOR: undefined },
  });
  children.add(child);
  let out = "";
  let err = "";
  const waiting = new Set<() => void>();
  const take = (): void => {
    for (const check of [...waiting]) check();
  };
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
    take();
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
    take();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => {
      children.delete(child);
      resolve(code);
      take();
    });
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (out.includes(text)) resolve();
        else if (child.exitCode !== null)
          reject(new Error(`ended with ${child.exitCode} before it said ${text}: ${out}${err}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  return { child, out: () => out, err: () => err, ended, said };
}

/** Commands by template: they append to `log` when they begin and end; `hold` waits until a file is there. */
const TEMPLATES: Readonly<Record<string, string>> = {
  quick: "echo begin {{id}} >> log; echo end {{id}} >> log",
  hold: "echo begin {{id}} >> log; while [ ! -e go ]; do sleep 0.02; done; echo end {{id}} >> log",
  fail: "exit 1",
};

/** Writes a configuration of the given tasks and the templates they name. */
function plan(tasks: string): void {
  const used = Object.entries(TEMPLATES).filter(([name]) => tasks.includes(`template: ${name}`));
  const templates = used.map(([name, text]) => `  ${name}: {argv: [sh, -c, "${text}"], cwd: "{{config_dir}}"}`);
  const head = "orchestrator:\n  name: e2e\n  task_definitions:\n    unit_tests:\n";
  const recovery = "failure_handling: {max_retries: 1, retry_delay_seconds: 1, timeout_grace_period: 1}\n";
  writeFileSync(join(folder, "plan.yaml"), `${head}${tasks}\n${recovery}templates:\n${templates.join("\n")}\n`);
}

const log = (): readonly string[] => readFileSync(join(folder, "log"), "utf8").trim().split("\n");
const go = (): void => writeFileSync(join(folder, "go"), "");
const TWO_STEPS = "      - {id: A, template: quick}\n      - {id: B, template: hold, dependencies: [A]}";

describe("the command, whole", () => {
  it("runs a plan, reports, and is read afterwards", async () => {
    plan("      - {id: A, template: quick}\n      - {id: B, template: quick, dependencies: [A]}");
    const run = polyphon("run", "plan.yaml", "--json");
    expect(await run.ended).toBe(0);
    const report = JSON.parse(run.out());
    expect(report).toMatchObject({ status: "completed", outcome: "met", tasks: [{ id: "A" }, { id: "B" }] });
    expect(run.err()).toBe("");
    expect(log()).toEqual(["begin A", "end A", "begin B", "end B"]);
    for (const format of ["json", "md", "html"]) {
      expect(existsSync(join(folder, ".polyphon/reports", report.session, `report.${format}`))).toBe(true);
    }
    const shown = polyphon("show", "last", "--json");
    expect(await shown.ended).toBe(0);
    expect(JSON.parse(shown.out())).toMatchObject({ id: report.session, status: "completed" });
    const verified = polyphon("verify", ".polyphon/team.db");
    expect(await verified.ended).toBe(0);
    expect(verified.out()).toContain("whole");
  }, 30_000);

  it("keeps a log beside its database, or where it is told to", async () => {
    plan("      - {id: A, template: quick}");
    const lines = (path: string): readonly { readonly event: string; readonly level: string }[] =>
      readFileSync(join(folder, path), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    expect(await polyphon("run", "plan.yaml").ended).toBe(0);
    const events = lines(".polyphon/logs/team.log").map(({ event }) => event);
    expect(events).toEqual(
      expect.arrayContaining(["session_opened", "task_assigned", "task_completed", "session_ended"]),
    );
    const elsewhere = ["--new", "--log-file", "my/run.jsonl", "--set", "orchestrator.log_level=ERROR"];
    expect(await polyphon("run", "plan.yaml", ...elsewhere).ended).toBe(0);
    expect(readFileSync(join(folder, "my/run.jsonl"), "utf8")).toBe("");
    expect(lines(".polyphon/logs/team.log")).toHaveLength(events.length);
  }, 120_000);

  it("leaves with 2 for a wrong file", async () => {
    writeFileSync(join(folder, "wrong.yaml"), "orchestrator: [");
    const wrong = polyphon("run", "wrong.yaml");
    expect(await wrong.ended).toBe(2);
    expect(wrong.err()).toMatch(/wrong\.yaml:1:\d+/);
  }, 30_000);

  it("leaves with 1 when a person has to answer; the answer is kept, and the next run goes on from it", async () => {
    plan("      - {id: A, template: fail}\n      - {id: B, template: quick, dependencies: [A]}");
    const run = polyphon("run", "plan.yaml");
    expect(await run.ended).toBe(1);
    expect(run.out()).toMatch(/answer from another process: polyphon approve\|retry\|abort escalation_\w+ --db /);
    const open = polyphon("escalations", "--json");
    expect(await open.ended).toBe(0);
    expect(JSON.parse(open.out()).escalations).toMatchObject([{ task: "A", resolved: null, blockingTasks: ["B"] }]);
    const answer = polyphon("approve", "A", "--json");
    expect(await answer.ended).toBe(0);
    expect(JSON.parse(answer.out())).toMatchObject({ task: "A", decision: "approve", via: "file" });
    const again = polyphon("run", "plan.yaml");
    expect(await again.ended).toBe(0);
    expect(log()).toEqual(["begin B", "end B"]);
  }, 60_000);

  it("leaves with 1 when a task fails for good: a running command takes the answer of another", async () => {
    plan("      - {id: A, template: fail}");
    const run = polyphon("run", "plan.yaml", "--wait");
    await run.said("answer from another process");
    const answer = polyphon("abort", "A", "--json");
    expect(await answer.ended).toBe(0);
    expect(JSON.parse(answer.out())).toMatchObject({ decision: "abort", via: "owner" });
    expect(await run.ended).toBe(1);
    expect(run.out()).toContain("decision=abort");
    const second = polyphon("retry", "A");
    expect(await second.ended).toBe(2);
  }, 60_000);

  it("--notify posts what waits for a person, and nothing without it", async () => {
    const bodies: { task_id: string }[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => {
        text += String(chunk);
      });
      request.on("end", () => {
        bodies.push(JSON.parse(text));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    plan(`      - {id: A, template: fail}\nrecovery: {human_notification_webhook: "http://127.0.0.1:${port}/"}`);
    expect(await polyphon("run", "plan.yaml", "--new").ended).toBe(1);
    expect(bodies).toEqual([]);
    const run = polyphon("run", "plan.yaml", "--new", "--notify", "--wait");
    while (bodies.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(bodies).toMatchObject([{ task_id: "A", severity: expect.any(String), blocking_tasks: [] }]);
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    server.close();
  }, 60_000);

  it("killed in the middle, goes on: nothing done runs again, nothing is left running", async () => {
    plan(TWO_STEPS);
    const first = polyphon("run", "plan.yaml");
    await first.said("task B started");
    while (!log().includes("begin B")) await new Promise((resolve) => setTimeout(resolve, 10));
    first.child.kill("SIGKILL");
    await first.ended;
    const second = polyphon("run", "plan.yaml");
    await second.said("task B started try=2");
    go();
    expect(await second.ended).toBe(0);
    expect(second.out()).toContain("1 of 2 tasks done");
    expect(second.out()).not.toContain("task A started");
    // Had the first try of B lived on, it would have ended too.
    expect(log()).toEqual(["begin A", "end A", "begin B", "begin B", "end B"]);
  }, 30_000);

  it("interrupted once, lets what runs finish and leaves with 130; then goes on", async () => {
    plan(`${TWO_STEPS}\n      - {id: C, template: quick, dependencies: [B]}`);
    const run = polyphon("run", "plan.yaml");
    await run.said("task B started");
    run.child.kill("SIGINT");
    await run.said("interrupt again");
    go();
    expect(await run.ended).toBe(130);
    expect(log()).toEqual(["begin A", "end A", "begin B", "end B"]);
    expect(run.out()).toContain("The same command goes on where it stopped.");
    const again = polyphon("run", "plan.yaml");
    expect(await again.ended).toBe(0);
    expect(log().slice(4)).toEqual(["begin C", "end C"]);
  }, 30_000);

  it("interrupted twice, ends what runs and leaves with 130", async () => {
    plan(TWO_STEPS);
    const run = polyphon("run", "plan.yaml");
    await run.said("task B started");
    run.child.kill("SIGINT");
    await run.said("interrupt again");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(log()).not.toContain("end B");
  }, 30_000);

  it("owns its database alone; others read it and steer it meanwhile", async () => {
    plan(TWO_STEPS);
    const run = polyphon("run", "plan.yaml");
    await run.said("task B started");
    const second = polyphon("run", "plan.yaml");
    expect(await second.ended).toBe(3);
    expect(second.err()).toContain("error STORE_LOCKED");
    const agents = polyphon("agents", "--json");
    expect(await agents.ended).toBe(0);
    const { owner, agents: seen } = JSON.parse(agents.out());
    expect(owner).toMatchObject({ pid: run.child.pid });
    expect(seen[0]).toMatchObject({ pool: "agent", health: "healthy", vitals: { suspicion: expect.any(Number) } });
    const paused = polyphon("cancel", "last", "--json");
    expect(await paused.ended).toBe(0);
    expect(JSON.parse(paused.out())).toMatchObject({ action: "cancel", via: "owner" });
    expect(await run.ended).toBe(1);
    expect(run.out()).toContain("cancelled");
    expect(log()).not.toContain("end B");
  }, 30_000);

  it("goes on to the end when nobody reads what it says", async () => {
    plan("      - {id: A, template: quick}");
    const run = polyphon("run", "plan.yaml");
    run.child.stdout?.destroy();
    expect(await run.ended).toBe(0);
    expect(run.err()).toBe("");
    expect(log()).toEqual(["begin A", "end A"]);
  }, 30_000);
});
