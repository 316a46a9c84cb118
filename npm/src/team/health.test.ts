import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AgentView } from "../agents/agent.ts";
import type { AgentHost } from "../hosts/host.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { Team } from "./team.ts";
import { pass, Teams } from "./testing/teams.ts";

const teams = new Teams();
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});
afterEach(() => teams.close());

async function agent(team: Team, name: string): Promise<AgentView> {
  const found = (await team.agents()).find((view) => view.name === name);
  if (found === undefined) throw new Error(`no agent ${name}`);
  return found;
}

/** What happens to agents, from now on. */
function record(team: Team): string[] {
  const seen: string[] = [];
  team.events$.subscribe(({ type, agent, data }) => {
    if (type.startsWith("Agent"))
      seen.push(type === "AgentHealthChanged" ? `${agent} is ${data.health}` : `${agent} ${type}`);
  });
  return seen;
}

describe("agents that beat", () => {
  test("stay healthy for hours, and nothing is written about it", async () => {
    const team = await teams.open({ clock });
    await team.agent("steady", () => 1).ready;
    const { lastSeq } = await team.health();
    await pass(clock, 4 * 3_600_000, 10_000);
    const { health, status, vitals } = await agent(team, "steady");
    expect([health, status]).toEqual(["healthy", "idle"]);
    expect(vitals?.silenceMs).toBeLessThanOrEqual(30_000);
    expect((await team.health()).lastSeq).toBe(lastSeq);
  });

  test("are not watched where no heartbeat is wanted", async () => {
    const team = await teams.open({ clock });
    await team.agent("unwatched", { heartbeatMs: 0, healthCheck: () => false }, () => 1).ready;
    await pass(clock, 600_000, 10_000);
    expect(await agent(team, "unwatched")).toMatchObject({
      health: "healthy",
      status: "idle",
      vitals: { suspicion: 0, silenceMs: null },
    });
  });

  test("are refused heartbeats more than a day apart", async () => {
    const team = await teams.open({ clock });
    await expect(team.agent("rare", { heartbeatMs: 86_400_001 }, () => 1).ready).rejects.toMatchObject({
      code: "AGENT_INVALID",
    });
  });

  test("leave no timer behind a team that is closed", async () => {
    const team = await teams.open({ clock });
    await team.agent("one", () => 1).ready;
    expect(clock.timers).toBeGreaterThan(0);
    await team.close();
    expect(clock.timers).toBe(0);
  });
});

describe("an agent that stops beating", () => {
  test("is degraded, unhealthy, lost, started again, and given up when that does not help", async () => {
    const team = await teams.open({ clock });
    let well = true;
    await team.agent("weak", { healthCheck: () => well }, () => 1).ready;
    const seen = record(team);
    await pass(clock, 90_000);
    expect(seen).toEqual([]);
    well = false;
    await pass(clock, 60_000);
    expect((await agent(team, "weak")).vitals?.suspicion).toBeGreaterThan(1);
    await pass(clock, 60_000);
    expect(seen.slice(0, 4)).toEqual([
      "weak is degraded",
      "weak is unhealthy",
      "weak AgentLost",
      "weak AgentRestarting",
    ]);
    await pass(clock, 60_000);
    expect(seen.filter((what) => what === "weak AgentRestarting")).toHaveLength(3);
    expect(seen.at(-1)).toBe("weak AgentGivenUp");
    expect(await agent(team, "weak")).toMatchObject({ status: "failed" });
  });

  test("is back at work when the restart finds it well", async () => {
    const team = await teams.open({ clock });
    let well = true;
    await team.agent("weak", { healthCheck: () => well }, (task) => task.key).ready;
    const seen = record(team);
    well = false;
    await pass(clock, 122_000);
    expect(seen).toContain("weak AgentLost");
    well = true;
    await pass(clock, 10_000);
    expect(await agent(team, "weak")).toMatchObject({ status: "idle", health: "healthy" });
    expect((await team.orchestrate({ tasks: [{ key: "a" }] }).result).outputs).toEqual({ a: "a" });
  });

  test("loses its work to another, however long a check takes to answer", async () => {
    const team = await teams.open({ clock });
    const never = new Promise<boolean>(() => undefined);
    let checks = 0;
    const healthCheck = (): Promise<boolean> => {
      checks++;
      return never;
    };
    const hung = { capabilities: ["dig"], priority: 1, healthCheck };
    await team.agent("hung", hung, () => new Promise(() => undefined)).ready;
    await team.agent("spare", { capabilities: ["dig"] }, (task) => `${task.key} by spare`).ready;
    const session = team.orchestrate({ tasks: [{ key: "hole", needs: ["dig"], timeoutMs: 3_600_000 }] });
    await session.ready;
    expect((await agent(team, "hung")).load).toBe(1);
    await pass(clock, 200_000);
    expect((await session.result).outputs).toEqual({ hole: "hole by spare" });
    expect(checks).toBeLessThan(6);
  });

  test("recovers before it is lost when it beats again", async () => {
    const team = await teams.open({ clock });
    let fails = 0;
    const flaky = () => {
      if (fails-- > 0) throw new Error("no connection");
      return true;
    };
    await team.agent("flaky", { healthCheck: flaky }, () => 1).ready;
    await pass(clock, 90_000);
    fails = 2;
    const seen = record(team);
    await pass(clock, 120_000);
    expect(seen[0]).toBe("flaky is degraded");
    expect(seen.at(-1)).toBe("flaky is healthy");
    expect(seen).not.toContain("flaky AgentLost");
  });

  test("is judged by the policy the team was opened with", async () => {
    const team = await teams.open({ clock, agents: { unresponsiveMs: 3_000, healthTimeoutMs: 500, restartMax: 0 } });
    let well = true;
    await team.agent("quick", { heartbeatMs: 1_000, healthCheck: () => well }, () => 1).ready;
    await pass(clock, 10_000, 100);
    well = false;
    await pass(clock, 4_500, 100);
    expect(await agent(team, "quick")).toMatchObject({ status: "failed", health: "unhealthy" });
  });
});

describe("what agents use", () => {
  /** A host that says what it uses when it is told to. */
  function metered(): { host: AgentHost; say(memoryPeakBytes: number, cpuMs: number): void; end(): void } {
    let say: (memoryPeakBytes: number, cpuMs: number) => void = () => undefined;
    let end: () => void = () => undefined;
    const host: AgentHost = {
      kind: "worker",
      run: (_attempt, sink) =>
        new Promise((resolve) => {
          let usage = { memoryPeakBytes: 0, cpuMs: 0, diskBytes: null };
          say = (memoryPeakBytes, cpuMs) => {
            usage = { memoryPeakBytes, cpuMs, diskBytes: null };
            sink.usage(usage);
          };
          end = () => resolve({ ok: true, metrics: {}, artifacts: [], usage, durationMs: 1 });
        }),
      close: async () => undefined,
    };
    return { host, say: (bytes, ms) => say(bytes, ms), end: () => end() };
  }

  test("is seen in the task while it runs, and in the agent from one heartbeat to the next", async () => {
    const team = await teams.open({ clock });
    const { host, say, end } = metered();
    await team.host("busy", { heartbeatMs: 10_000 }, host).ready;
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    await session.ready;
    await clock.settle();
    say(50_000_000, 5_000);
    expect((await session.view()).tasks[0]?.resources).toMatchObject({ memoryPeakBytes: 50_000_000, cpuMs: 5_000 });
    await pass(clock, 10_000);
    expect((await agent(team, "busy")).vitals).toMatchObject({ memoryBytes: 50_000_000, cpuCores: 0.5 });
    await pass(clock, 10_000);
    expect((await agent(team, "busy")).vitals).toMatchObject({ memoryBytes: 50_000_000, cpuCores: 0 });
    end();
    await session.result;
    await pass(clock, 10_000);
    expect((await agent(team, "busy")).vitals).toMatchObject({ memoryBytes: 0, cpuCores: 0 });
  });

  test("stays unknown for a function, which shares its process with everything else", async () => {
    const team = await teams.open({ clock });
    team.agent("plain", () => 1);
    await team.orchestrate({ tasks: [{ key: "a" }] }).result;
    await pass(clock, 60_000);
    expect((await agent(team, "plain")).vitals).toMatchObject({ memoryBytes: null, cpuCores: null });
  });
});
