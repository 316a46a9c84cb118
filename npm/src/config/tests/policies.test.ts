import { expect, it } from "vitest";
import { parseConfig } from "../index.ts";

function parse(text: string): ReturnType<typeof parseConfig> {
  return parseConfig([{ file: "c.yaml", text }]);
}

it("reads policies, by pool, with units", () => {
  const { pool, warnings } = parse(`
agent_pool:
  policies:
    timeout: 2m
    rate_limit: {permits: 20, per: 1m, burst: 5, queue: 100}
    circuit_breaker: {failures: 3, window: 30s, reset: 1m, minimum_calls: 10, failure_share: 0.5}
    bulkhead: {limit: 4, queue: 2}
    fallback: {answer: [none, null]}
  policies_by_type: {builder: {timeout: 5}}
orchestrator: {task_definitions: {unit_tests: [{id: A, agent_type: builder}]}}
`);
  expect(pool.policies).toEqual({
    common: {
      timeoutMs: 120_000,
      rateLimit: { permits: 20, perMs: 60_000, burst: 5, queue: 100 },
      circuitBreaker: {
        failures: 3,
        windowMs: 30_000,
        resetMs: 60_000,
        minimumCalls: 10,
        failureShare: 0.5,
        timeoutMs: 0,
      },
      bulkhead: { limit: 4, queue: 2 },
      fallback: { output: { answer: ["none", null] } },
    },
    byType: { builder: { timeoutMs: 5_000 } },
  });
  expect(warnings.filter(({ code }) => code === "CONFIG_NO_EFFECT")).toEqual([]);
});

it("says where policies are of no use, and what changes the configuration", () => {
  const unused = parse("agent_pool: {policies_by_type: {nobody: {timeout: 5}}}");
  expect(unused.warnings).toContainEqual(
    expect.objectContaining({ code: "CONFIG_NO_EFFECT", message: expect.stringContaining('"nobody"') }),
  );
  expect(parse("agent_pool: {policies: {timeout: 5}}").hash).not.toBe(parse("agent_pool: {}").hash);
  expect(parse("agent_pool: {}").pool.policies).toBeUndefined();
});
