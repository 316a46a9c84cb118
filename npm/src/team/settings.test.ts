import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PolyphonError } from "../errors/error.ts";
import { memoryDisk } from "../stores/memory/memory-disk.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { OpenOptions } from "./options.ts";
import { pass, scriptedHost, Teams } from "./testing/teams.ts";

const teams = new Teams();
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});
afterEach(() => teams.close());

/** What became of one task that keeps failing with this error. */
async function recoveries(options: OpenOptions, type: string, metrics: Record<string, number> = {}): Promise<string[]> {
  const team = await teams.open({ clock, ...options });
  team.host("worker", {}, scriptedHost({ ok: false, error: { type, message: "broken" }, metrics }));
  const session = team.orchestrate({ tasks: [{ key: "a" }] });
  await session.ready;
  await pass(clock, 400_000, 10_000);
  const [task] = (await session.view()).tasks;
  await team.close();
  return [...(task?.history ?? []).flatMap(({ recovery }) => recovery?.action ?? []), task?.status ?? ""];
}

describe("the decision matrix of a team", () => {
  test("is the kernel's where nothing else is said", async () => {
    expect(await recoveries({}, "import_error")).toEqual(["reinstall_deps", "environment_reset", "failed"]);
    expect(await recoveries({}, "calculation_error")).toEqual(["escalate", "waiting"]);
  });

  test("takes rows of one's own, which have the rest of the row they replace", async () => {
    const matrix = {
      import_error: { agent: null, human: "if_persistent" as const },
      calculation_error: { agent: "retry" as const, human: "never" as const },
      quota_error: { orchestrator: "increase_allocation" as const, human: "never" as const },
    };
    const options = { recovery: { matrix } };
    expect(await recoveries(options, "import_error")).toEqual([
      "environment_reset",
      "environment_reset",
      "escalate",
      "waiting",
    ]);
    expect(await recoveries(options, "calculation_error")).toEqual(["retry", "retry", "failed"]);
    expect(await recoveries(options, "quota_error")).toEqual(["increase_allocation", "increase_allocation", "failed"]);
    expect(await recoveries(options, "gremlins")).toEqual([
      "alternative_agent",
      "alternative_agent",
      "escalate",
      "waiting",
    ]);
  });

  test("says how much more an increase is", async () => {
    const team = await teams.open({
      clock,
      recovery: {
        matrix: { memory_error: { agent: null } },
        increase: { memory: 3, cpuCores: 1.5, cpuCoresMax: 8, timeout: 2 },
      },
    });
    team.host("worker", {}, scriptedHost({ ok: false, error: { type: "memory_error", message: "full" } }));
    const resources = { memoryMb: 100, cpuCores: 2, diskMb: 1 };
    const session = team.orchestrate({ tasks: [{ key: "a", resources, timeoutMs: 1_000 }] });
    await session.ready;
    await pass(clock, 31_000);
    expect((await session.view()).tasks[0]?.resources).toMatchObject({ memoryMb: 300, cpuCores: 3, timeoutMs: 2_000 });
  });

  test("is kept in the journal until another is given", async () => {
    const disk = memoryDisk();
    const stored = (): Pick<OpenOptions, "store"> => ({ store: memoryStore({ disk }) });
    const never = { recovery: { matrix: { logic_error: { human: "never" as const } } } };
    expect(await recoveries({ ...stored(), ...never }, "logic_error")).toEqual(["failed"]);
    expect(await recoveries(stored(), "logic_error")).toEqual(["failed"]);
    expect(await recoveries({ ...stored(), recovery: {} }, "logic_error")).toEqual(["escalate", "waiting"]);
  });

  test.each([
    { recovery: { increase: { memory: 0.5 } } },
    { recovery: { matrix: { "": {} } } },
    { recovery: { widespreadTasks: 0 } },
    { agents: { unresponsiveMs: 400_000 } },
    { alerts: { agent_unresponsive: { threshold: 300_001 } } },
  ])("that makes no sense is refused, and the journal is let go: %j", async (wrong) => {
    const disk = memoryDisk();
    const error = await teams
      .open({ clock, store: memoryStore({ disk }), ...wrong })
      .catch((thrown: PolyphonError) => thrown);
    expect(error).toMatchObject({ code: "KERNEL_SETTINGS_INVALID" });
    const team = await teams.open({ clock, store: memoryStore({ disk }) });
    expect((await team.health()).ok).toBe(true);
  });
});

describe("failed tests that a criterion puts up with", () => {
  const failed = { type: "calculation_error", message: "1 of 10 tests failed" };
  const run = async (pass_rate: number, coverage: number, minimum: number) => {
    const team = await teams.open({ clock });
    team.host("tester", {}, scriptedHost({ ok: true, error: failed, metrics: { pass_rate, coverage } }));
    const session = team.orchestrate({ tasks: [{ key: "a", criteria: { min_pass_rate: minimum, coverage: 0.5 } }] });
    await session.ready;
    await clock.settle();
    return (await session.view()).tasks[0];
  };

  test("cost nothing where they are few enough", async () => {
    expect(await run(0.9, 0.6, 0.9)).toMatchObject({ status: "completed" });
  });

  test("are what a human is asked about where they are too many", async () => {
    const task = await run(0.9, 0.6, 0.95);
    expect(task).toMatchObject({
      status: "waiting",
      history: [{ error: { type: "calculation_error" }, recovery: { level: 3 } }],
    });
    expect(task?.history[0]?.error?.message).toContain("1 of 10 tests failed");
  });

  test("say nothing of a criterion they have no part in", async () => {
    expect(await run(0.9, 0.4, 0.9)).toMatchObject({ history: [{ error: { type: "criteria_unmet" } }] });
  });
});

describe("alert rules of a team", () => {
  /** Which alerts a plan of failing tasks raises. */
  async function raised(options: OpenOptions): Promise<readonly string[]> {
    const team = await teams.open({ clock, ...options });
    team.host("bad", { maxLoad: 1 }, scriptedHost({ ok: false, error: { type: "calculation_error", message: "no" } }));
    const session = team.orchestrate({ tasks: Array.from({ length: 8 }, (_, index) => ({ key: `t${index}` })) });
    await session.ready;
    await pass(clock, 2_000, 100);
    const { alerts } = await session.view();
    await team.close();
    return alerts.map(({ rule, cleared }) => (cleared === null ? rule : `${rule} cleared`));
  }

  test("are the kernel's, or off, or have a threshold of one's own", async () => {
    expect(await raised({})).toEqual(["high_failure_rate"]);
    expect(await raised({ alerts: {} })).toEqual(["high_failure_rate"]);
    expect(await raised({ alerts: { high_failure_rate: { enabled: false } } })).toEqual([]);
    expect(await raised({ alerts: { high_failure_rate: { threshold: 1 } } })).toEqual([]);
  });

  test("about memory hold tasks back from their own threshold on", async () => {
    const totals = { memoryMb: 1_000 };
    const open = async (threshold: number): Promise<readonly string[]> => {
      const team = await teams.open({ clock, totals, alerts: { memory_exhaustion: { threshold } } });
      team.agent("worker", () => new Promise(() => undefined));
      const resources = { memoryMb: 600, cpuCores: 1, diskMb: 1 };
      const session = team.orchestrate({ tasks: [{ key: "a", resources }] });
      await session.ready;
      await clock.settle();
      return (await session.view()).alerts.map(({ rule }) => rule);
    };
    expect(await open(0.5)).toEqual(["memory_exhaustion"]);
    expect(await open(0.7)).toEqual([]);
  });

  test("about silence say when an agent is lost, and can be off", async () => {
    const silent = async (alerts: OpenOptions["alerts"]): Promise<readonly [string | undefined, readonly string[]]> => {
      const team = await teams.open({ clock, ...(alerts === undefined ? {} : { alerts }), agents: { restartMax: 0 } });
      let well = true;
      await team.agent("quiet", { heartbeatMs: 1_000, healthCheck: () => well }, () => 1).ready;
      await pass(clock, 5_000);
      well = false;
      const session = team.orchestrate({ tasks: [{ key: "a", needs: ["nobody"] }] });
      await session.ready;
      await pass(clock, 61_000);
      const { alerts: seen } = await session.view();
      return [(await team.agents())[0]?.status, seen.map(({ rule }) => rule)];
    };
    expect(await silent(undefined)).toEqual(["idle", []]);
    expect(await silent({ agent_unresponsive: { threshold: 60_000 } })).toEqual(["failed", ["agent_unresponsive"]]);
    const off = { agent_unresponsive: { threshold: 60_000, enabled: false } };
    expect(await silent(off)).toEqual(["failed", []]);
  });
});
