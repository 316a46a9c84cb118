import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../index.ts";
import { fixture, fixtureText, parse, withTasks } from "./helpers.ts";

const files = [fixture("limits.yaml"), fixture("suite.yaml")];

describe("a configuration", () => {
  it("converts units and fills in defaults", async () => {
    const config = await loadConfig(files);
    expect(config.pool).toEqual({
      min: 1,
      max: 4,
      scaleUp: 0.8,
      scaleDown: 0.3,
      agentTimeoutMs: 120_000,
      idleTimeoutMs: 60_000,
    });
    expect(config.recovery).toEqual({ maxRetries: 1, retryDelayMs: 5_000, escalationThreshold: 2, graceMs: 10_000 });
    expect(config.monitoring).toEqual({
      metricsIntervalMs: 10_000,
      healthCheckIntervalMs: 30_000,
      logLevel: "info",
      logRotationBytes: 104_857_600,
      logRetentionMs: 604_800_000,
      apiPort: 8_080,
      metricsPort: 9_090,
    });
    expect(config.webhook).toBe("https://example.org/hook");
    expect(config.plan.totals).toEqual({ memoryMb: 2_048, cpuCores: 4 });
    expect(config.plan.timeoutMs).toBe(7_200_000);
    expect(config.plan.classes).toEqual({
      unit_tests: { memoryMb: 256, cpuCores: 0.5, diskMb: 50, timeoutMs: 60_000, maxParallel: 2 },
      integration_tests: { memoryMb: 1_024, cpuCores: 2, timeoutMs: 300_000 },
    });
    expect(config.warnings).toEqual([]);
    expect(config.undefinedTemplates).toEqual([]);
  });

  it("lets subtasks inherit what they do not set", async () => {
    const { plan } = await loadConfig(files);
    const byKey = new Map(plan.tasks.map((task) => [task.key, task]));
    expect(plan.tasks.map((task) => task.key)).toEqual(["U1", "U2", "I1", "I1a", "I1b"]);
    expect(byKey.get("I1")?.program).toBeUndefined();
    expect(byKey.get("I1a")).toMatchObject({
      parent: "I1",
      class: "integration_tests",
      resources: { memoryMb: 512 },
      timeoutMs: 90_000,
      criteria: { min_pass_rate: 0.9, max_execution_time: 120, memory_max: 1_024 },
    });
    expect(byKey.get("I1a")?.after).toBeUndefined();
    expect(byKey.get("I1b")).toMatchObject({
      after: ["I1a"],
      resources: { memoryMb: 512, cpuCores: 1 },
      criteria: { throughput_min: 10 },
    });
    expect(byKey.get("U2")).toMatchObject({ priority: "high", needs: ["testing"], agentType: "coder" });
  });

  it("knows three phases by default and leaves out empty ones", async () => {
    const { plan } = await loadConfig(files);
    expect(plan.phases).toEqual([
      { name: "PHASE_1_UNIT", mode: "parallel", tasks: ["U1", "U2"], timeoutMs: 600_000 },
      { name: "PHASE_2_INTEGRATION", mode: "sequential_with_parallel_subtasks", tasks: ["I1"] },
    ]);
  });

  it("takes phases of its own, and keeps what a predefined one does not set", () => {
    const { plan, warnings } = parse(`
phases:
  - {name: FIRST, tasks: [A], mode: sequential, timeout: 5s, gate_min_completed: 0.5}
  - {name: PHASE_2_INTEGRATION, timeout_seconds: 9}
${withTasks("{id: A, template: t}", "{id: C, template: t}")}    integration_tests: [{id: B, template: t}]
templates: {t: {argv: [x]}}`);
    expect(plan.phases).toEqual([
      { name: "FIRST", mode: "sequential", tasks: ["A"], timeoutMs: 5_000, gateMinCompleted: 0.5 },
      { name: "PHASE_2_INTEGRATION", mode: "sequential_with_parallel_subtasks", tasks: ["B"], timeoutMs: 9_000 },
    ]);
    expect(warnings.map((warning) => warning.code)).toEqual(["CONFIG_NOT_IN_PHASE"]);
  });

  it("is the same in one document, two documents, two files, included files", async () => {
    const parts = [fixtureText("limits.yaml"), fixtureText("suite.yaml")];
    const cwd = fixture("");
    const hashes = [
      (await loadConfig(files)).hash,
      (await loadConfig([...files].reverse())).hash,
      (await loadConfig(fixture("whole.yaml"))).hash,
      (await loadConfig("whole.yaml", { cwd })).hash,
      parseConfig([{ file: "x.yaml", text: parts.join("\n") }]).hash,
      parseConfig([{ file: "x.yaml", text: parts.join("\n---\n") }]).hash,
    ];
    expect(new Set(hashes)).toEqual(new Set([hashes[0]]));
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("has a hash of what decides a run, not of how it is written", () => {
    const base = parse("agent_pool: {max_agents: 4, min_agents: 2}");
    expect(parse("# note\nagent_pool:\n  min_agents: 2\n  max_agents: 4\nx-mine: 1").hash).toBe(base.hash);
    expect(parse("agent_pool: {max_agents: 4, min_agents: 2}\norchestrator: {log_level: DEBUG, name: c}").hash).toBe(
      base.hash,
    );
    expect(parse("agent_pool: {max_agents: 4, min_agents: 2, scale_down_threshold: 0.3}").hash).toBe(base.hash);
    expect(parse("agent_pool: {max_agents: 5, min_agents: 2}").hash).not.toBe(base.hash);
    expect(parse("agent_pool: {max_agents: 4, min_agents: 2}", { cwd: "/elsewhere" }).hash).toBe(base.hash);
  });

  it("reads JSON, anchors and merge keys", () => {
    expect(parse('{"agent_pool": {"max_agents": 9}}').pool.max).toBe(9);
    const { plan } = parse(`
x-small: &small {memory_mb: 64, cpu_cores: 1}
resource_allocation:
  unit_tests: {<<: *small, cpu_cores: 2}
  integration_tests: *small
`);
    expect(plan.classes).toEqual({
      unit_tests: { memoryMb: 64, cpuCores: 2 },
      integration_tests: { memoryMb: 64, cpuCores: 1 },
    });
  });

  it("takes its name from the file when it has none", () => {
    expect(parse("agent_pool: {}").name).toBe("c");
  });
});
