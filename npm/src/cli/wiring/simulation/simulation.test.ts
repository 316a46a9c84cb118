import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoadedConfig, parseConfig } from "../../../config/index.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import { simulatedHost } from "./host.ts";
import { openSimulated } from "./open.ts";
import { draws } from "./random.ts";

const TEXT = `orchestrator:
  name: sim
  task_definitions:
    unit_tests:
      - {id: A1, template: none, success_criteria: {pass_rate: 0.95, execution_time_max: 600, memory_max: 900}}
      - {id: A2, template: none, success_criteria: {min_pass_rate: 0.5, speedup_min: 2}}
    integration_tests:
      - {id: B1, template: none, dependencies: [A1, A2], subtasks: [B1a, B1b], success_criteria: {pass_rate: 1}}
`;
const config: LoadedConfig = parseConfig([{ file: "sim.yaml", text: TEXT }]);

let folder: string;
let db: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sim-"));
  db = join(folder, "simulated.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the plan and tells who did what when, and what was measured. */
async function simulate(
  seed: number,
  anew = true,
): Promise<{ id: string; status: string; started: number; took: number; sessions: number; tasks: unknown }> {
  const team = await openSimulated(db, config, { seed, anew });
  try {
    const session = await team.start(config);
    await new Promise<void>((resolve, reject) => {
      const stop = session.onChange(() => {
        void session.view().then((view) => {
          if (view.ended === null) return;
          stop();
          resolve();
        });
      }, reject);
    });
    const view = await session.view();
    const tasks = view.tasks.map(({ id, taskId, agent, history, criteria, resources }) => ({
      id,
      taskId,
      agent,
      tries: history.map((attempt) => [attempt.started - view.started, (attempt.ended ?? 0) - view.started]),
      criteria,
      memory: resources.memoryPeakBytes,
    }));
    return {
      id: view.id,
      status: view.status,
      started: view.started,
      took: (view.ended ?? 0) - view.started,
      sessions: (await team.sessions()).length,
      tasks,
    };
  } finally {
    await team.close();
  }
}

describe("a simulated run", () => {
  it("meets all criteria and takes simulated, not real, time", async () => {
    const result = await simulate(1);
    expect(result.status).toBe("completed");
    expect(result.took).toBeGreaterThan(10_000);
    expect(JSON.stringify(result.tasks)).not.toContain('"met":false');
    expect(JSON.stringify(result.tasks).match(/"met":true/g)?.length).toBeGreaterThanOrEqual(5);
  });

  it("has one result for one seed, and another for another", async () => {
    const first = await simulate(7);
    expect(await simulate(7)).toEqual(first);
    expect((await simulate(8)).tasks).not.toEqual(first.tasks);
  });

  it("keeps to the database it is given when asked to", async () => {
    await simulate(1);
    expect((await simulate(1, false)).sessions).toBe(2);
    expect((await simulate(1)).sessions).toBe(1);
  });

  it("leaves a simulation that still runs its database", async () => {
    const team = await openSimulated(db, config, { seed: 1, anew: true });
    await expect(openSimulated(db, config, { seed: 1, anew: true })).rejects.toMatchObject({ code: "STORE_LOCKED" });
    await team.close();
  });
});

describe("a simulated try", () => {
  it("ends at once when it is called off", async () => {
    const clock = new FakeClock();
    const off = new AbortController();
    const attempt = { key: "A1", number: 1, timeoutMs: 60_000, resources: { memoryMb: 100, cpuCores: 1, diskMb: 10 } };
    const sink = {
      progress: () => undefined,
      log: () => undefined,
      usage: () => undefined,
      extend: async () => undefined,
      saveState: async () => undefined,
    };
    const running = simulatedHost(config, 1, clock).run(attempt as never, sink, off.signal);
    off.abort();
    expect(await running).toMatchObject({ ok: false, error: { type: "cancelled" } });
    expect(clock.timers).toBe(0);
  });

  it("draws the same numbers for the same name, spread over the whole range", () => {
    const one = draws(5, "A1#1");
    const same = draws(5, "A1#1");
    const other = draws(5, "A1#2");
    const numbers = Array.from({ length: 1_000 }, one);
    expect(Array.from({ length: 1_000 }, same)).toEqual(numbers);
    expect(other()).not.toBe(numbers[0]);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
  });
});
