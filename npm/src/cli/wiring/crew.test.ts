import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../config/index.ts";
import type { SessionView } from "../../sessions/view.ts";
import type { Team } from "../ports.ts";
import { openTeam } from "./team.ts";

let folder: string;
let team: Team | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "crew-"));
});
afterEach(async () => {
  await team?.close();
  team = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Runs tasks that leave with 3, which is a calculation error, until `over`. */
async function run(
  settings: string,
  count: number,
  over: (view: SessionView) => boolean,
  more = "",
): Promise<SessionView> {
  const ids = Array.from({ length: count }, (_, index) => `{id: T${index}, template: broken${more}}`);
  const text = `${settings}
failure_handling: {max_retries: 2, retry_delay_seconds: 0.01}
orchestrator: {task_definitions: {unit_tests: [${ids.join(", ")}]}}
templates: {broken: {argv: ["${process.execPath}", -e, "process.exit(3)"], error_types: {3: calculation_error}}}`;
  const config = parseConfig([{ file: "c.yaml", text }], { cwd: folder });
  team = await openTeam({ db: join(folder, "team.db"), purpose: "run", config });
  const session = await team.start(config);
  await new Promise<void>((resolve, reject) => {
    const look = (): void => void session.view().then((view) => (over(view) ? resolve() : undefined), reject);
    session.onChange(look, reject);
    look();
  });
  return await session.view();
}

const isSettled = (view: SessionView): boolean =>
  view.tasks.every(({ status }) => ["failed", "waiting", "completed", "skipped"].includes(status));

describe("what a configuration says of recovery, alerts and agents", () => {
  it("takes effect: rows of the decision matrix", async () => {
    const rows = "recovery: {matrix: {calculation_error: {agent: retry, orchestrator: none, human: never}}}";
    const { tasks } = await run(rows, 1, (view) => view.ended !== null);
    expect(tasks[0]).toMatchObject({ status: "failed", attempts: 3 });
    expect(tasks[0]?.history.map(({ recovery }) => recovery?.action)).toEqual(["retry", "retry", undefined]);
  });

  it("takes effect: without rows a calculation error is for a human", async () => {
    const { tasks, escalations } = await run("", 1, isSettled);
    expect(tasks[0]).toMatchObject({ status: "waiting", attempts: 1 });
    expect(escalations).toHaveLength(1);
  });

  it("takes effect: what tasks ask of their agents", async () => {
    const { tasks } = await run("", 1, isSettled, ", needs: [testing, data_analysis]");
    expect(tasks[0]).toMatchObject({ status: "waiting", attempts: 1 });
  });

  it("takes effect: the type of agent tasks ask for, each type with its part of the agents", async () => {
    const { tasks } = await run("agent_pool: {min_agents: 1, max_agents: 3}", 4, isSettled, ", agent_type: coder");
    expect(tasks[0]).toMatchObject({ status: "waiting", attempts: 1 });
    expect(((await team?.agents()) ?? []).map(({ name }) => name)).toEqual(["coder_001", "coder_002", "coder_003"]);
  });

  it("takes effect: alert rules", async () => {
    const off = await run("alerts: {high_failure_rate: {enabled: false}}", 6, isSettled);
    expect(off.alerts).toEqual([]);
    await team?.close();
    rmSync(join(folder, "team.db"), { force: true });
    const on = await run("", 6, (view) => view.alerts.length > 0);
    expect(on.alerts).toMatchObject([{ rule: "high_failure_rate" }]);
  });

  it("takes effect: the size of the pool", async () => {
    await run("agent_pool: {min_agents: 1, max_agents: 2}", 4, isSettled);
    const agents = (await team?.agents()) ?? [];
    expect(agents.map(({ name }) => name)).toEqual(["agent_001", "agent_002"]);
    expect(agents.every(({ health }) => health === "healthy")).toBe(true);
  });

  it("takes effect: policies around the attempts of a pool, and of the pool of a type in their place", async () => {
    const policies = `agent_pool:
  policies: {fallback: {from: all}}
  policies_by_type: {builder: {fallback: from builder, rate_limit: {permits: 5, queue: 10}}}`;
    const { tasks } = await run(policies, 1, (view) => view.ended !== null);
    expect(tasks[0]).toMatchObject({ status: "completed", attempts: 1, output: { from: "all" } });
    await team?.close();
    rmSync(join(folder, "team.db"), { force: true });
    const typed = await run(policies, 1, (view) => view.ended !== null, ", agent_type: builder");
    expect(typed.tasks[0]).toMatchObject({ status: "completed", output: "from builder" });
  });

  it("takes effect: a breaker rests its pool, and what it refuses uses up no retry", async () => {
    const policies = `agent_pool:
  policies: {circuit_breaker: {failures: 1, reset: 1}, timeout: 60}
recovery: {matrix: {calculation_error: {agent: retry, orchestrator: none, human: never}}}`;
    const { tasks } = await run(policies, 2, (view) => view.ended !== null);
    expect(
      tasks.map(({ status, history }) => [status, history.filter(({ outcome }) => outcome === "failed").length]),
    ).toEqual([
      ["failed", 3],
      ["failed", 3],
    ]);
  });
});
