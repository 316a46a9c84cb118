import { describe, expect, it } from "vitest";
import { ConfigError, type LoadOptions } from "../index.ts";
import { parse } from "./helpers.ts";

const FILE = "agent_limits: {max_agents: 4}\nrecovery: {max_retries: 1, retry_delay: 10}";

describe("settings from outside a file", () => {
  it("are stronger the later they are said", () => {
    const env = {
      POLYPHON_RECOVERY_MAX_RETRIES: "3",
      POLYPHON_RECOVERY_RETRY_DELAY: "1m",
      POLYPHON_ATTEMPT: "x",
      PATH: "/bin",
    };
    const options: LoadOptions = {
      options: { "recovery.max_retries": 2, "agent_pool.max_agents": 8 },
      env,
      commandLine: { "failure_handling.max_retries": "5" },
    };
    const config = parse(FILE, options);
    expect(config.recovery).toMatchObject({ maxRetries: 5, retryDelayMs: 60_000 });
    expect(config.pool.max).toBe(8);
    expect(parse(FILE, { env }).recovery.maxRetries).toBe(3);
    expect(parse(FILE).recovery.maxRetries).toBe(1);
  });

  it("are explained", () => {
    const config = parse(FILE, {
      env: { POLYPHON_RECOVERY_MAX_RETRIES: "3" },
      commandLine: { "monitoring.metrics_interval": "5s" },
    });
    const value = (path: string): unknown => config.values.find((entry) => entry.path === path);
    expect(value("agent_limits.max_agents")).toEqual({
      path: "agent_limits.max_agents",
      value: 4,
      from: "file",
      source: "c.yaml",
      line: 1,
      column: 28,
    });
    expect(value("recovery.max_retries")).toMatchObject({
      value: 3,
      from: "environment",
      source: "$POLYPHON_RECOVERY_MAX_RETRIES",
    });
    expect(value("monitoring.metrics_interval")).toMatchObject({ value: "5s", from: "command line" });
    expect(value("agent_pool.agent_timeout")).toEqual({
      path: "agent_pool.agent_timeout",
      value: 300,
      from: "default",
    });
    expect(value("agent_pool.max_agents")).toBeUndefined();
    expect(value("failure_handling.max_retries")).toBeUndefined();
    expect(value("orchestrator.name")).toMatchObject({ value: "c", from: "default" });
  });

  it("are checked like those of a file", () => {
    const problems = (options: LoadOptions): readonly string[] => {
      try {
        parse(FILE, options);
      } catch (error) {
        if (error instanceof ConfigError)
          return error.problems.map((problem) => `${problem.code} ${problem.file} ${problem.hint ?? ""}`.trim());
        throw error;
      }
      return [];
    };
    expect(problems({ env: { POLYPHON_AGENT_POOL_MAX_AGENTS: "many" } })).toEqual([
      "CONFIG_TYPE $POLYPHON_AGENT_POOL_MAX_AGENTS",
    ]);
    expect(problems({ env: { POLYPHON_AGENT_POOL_MAX_AGENTS: "[1" } })).toEqual([
      "CONFIG_SYNTAX $POLYPHON_AGENT_POOL_MAX_AGENTS",
    ]);
    expect(problems({ env: { POLYPHON_ORCHESTRATOR_LOG_LEVEL: "LOUD" } })).toEqual([
      "CONFIG_VALUE $POLYPHON_ORCHESTRATOR_LOG_LEVEL",
    ]);
    expect(problems({ commandLine: { "agent_pool.max_agent": "1" } })).toEqual([
      'CONFIG_UNKNOWN_KEY --set agent_pool.max_agent did you mean "agent_pool.max_agents"?',
    ]);
    expect(problems({ options: { "recovery.max_retries": 1, "failure_handling.max_retries": 2 } })).toEqual([
      "CONFIG_CONFLICT option recovery.max_retries give both the same value, or remove one",
    ]);
  });
});
