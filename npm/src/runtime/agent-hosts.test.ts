import { describe, expect, test } from "vitest";
import type { AgentHost } from "../hosts/host.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { AgentSpec, Command } from "../wasm/codec.generated.ts";
import { AgentHosts } from "./agent-hosts.ts";
import { Heartbeats } from "./heartbeats.ts";

const spec = { key: "ada", pool: null, heartbeatMs: 0 } as unknown as AgentSpec;

function bench(parts: Partial<AgentHost> = {}) {
  const clock = new FakeClock();
  const told: Command[] = [];
  const hosts = new AgentHosts({
    clock,
    heartbeats: new Heartbeats(clock, () => undefined),
    id: (agent) => `agent_${agent}`,
    tell: (command) => told.push(command),
    state: async () => undefined,
    limits: () => ({ startMs: 1_000, stopMs: 1_000 }),
  });
  const host = { kind: "function", run: () => Promise.reject(), close: async () => undefined, ...parts } as AgentHost;
  return { clock, told, hosts, host };
}

describe("hosts of agents", () => {
  test("forget an agent that the kernel removed, and put it away", async () => {
    const stopped: string[] = [];
    const { clock, hosts, host } = bench({
      start: async () => undefined,
      stop: async ({ agentId }) => void stopped.push(agentId),
    });
    hosts.adopt(5, { host, config: 1 });
    hosts.start({ agent: 5, start: 9, spec });
    await clock.settle();
    expect([hosts.of(5), hosts.config(5)]).toEqual([host, 1]);
    hosts.happened({ type: "AgentDeregistered", agent: 5, reason: "it was silent for too long" });
    await clock.settle();
    expect([hosts.of(5), hosts.config(5), stopped]).toEqual([undefined, undefined, ["agent_5"]]);
  });

  test("prepare once for a start that is asked for again, and say again that it is done", async () => {
    let starts = 0;
    const { clock, told, hosts, host } = bench({ start: async () => void starts++ });
    hosts.adopt(5, { host, config: 1 });
    const effect = { agent: 5, start: 9, spec };
    hosts.start(effect);
    hosts.start(effect);
    await clock.settle();
    hosts.start(effect);
    const report = { type: "ReportAgentStarted", agent: 5, start: 9 };
    expect([starts, told]).toEqual([1, [report, report]]);
  });

  test("put the life before away before they prepare the next one", async () => {
    const said: string[] = [];
    const { clock, hosts, host } = bench({
      start: async () => void said.push("start"),
      stop: async () => void said.push("stop"),
    });
    hosts.adopt(5, { host, config: 1 });
    hosts.start({ agent: 5, start: 9, spec });
    await clock.settle();
    hosts.start({ agent: 5, start: 12, spec });
    await clock.settle();
    expect(said).toEqual(["start", "stop", "start"]);
  });

  test("say that an agent ended when it was put away, or its time for that is over", async () => {
    const { clock, told, hosts, host } = bench({
      start: async () => undefined,
      stop: () => new Promise(() => undefined),
    });
    hosts.adopt(5, { host, config: 1 });
    hosts.start({ agent: 5, start: 9, spec });
    await clock.settle();
    told.length = 0;
    hosts.end({ type: "EndAgent", agent: 5, request: 11 }, false);
    await clock.advanceAsync(900);
    expect(told).toEqual([]);
    await clock.advanceAsync(200);
    expect(told).toEqual([{ type: "ReportAgentStopped", agent: 5, error: null, start: null }]);
  });
});
