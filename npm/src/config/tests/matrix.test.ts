import { describe, expect, it } from "vitest";
import { briefly, parse, problemsOf } from "./helpers.ts";

describe("the decision matrix of a configuration", () => {
  it("has rows of its own, the rest is built in", () => {
    const { matrix } = parse(`
recovery:
  matrix:
    import_error: {agent: none, orchestrator: retry, human: if_persistent}
    license_error: {human: always, severity: critical, advice: [Renew the licence]}
  increase: {memory: 3, cpu_cores_max: 2.5}
  widespread_tasks: 5`);
    expect(matrix).toEqual({
      matrix: {
        import_error: { agent: null, orchestrator: "retry", human: "if_persistent" },
        license_error: { human: "always", severity: "critical", advice: ["Renew the licence"] },
      },
      increase: { memory: 3, cpuCoresMax: 2.5 },
      widespreadTasks: 5,
    });
    expect(parse("").matrix).toEqual({ matrix: {}, increase: {} });
  });

  it("counts in the hash of the configuration", () => {
    const one = parse("recovery: {matrix: {timeout: {human: never}}}");
    expect(one.hash).not.toBe(parse("").hash);
    expect(one.hash).toBe(parse("recovery:\n  matrix:\n    timeout:\n      human: never").hash);
  });

  it.each([
    ["recovery: {matrix: {timeout: {agent: pray}}}", "CONFIG_VALUE 1:38"],
    ["recovery: {matrix: {timeout: {human: sometimes}}}", "CONFIG_VALUE 1:38"],
    ["recovery: {matrix: {timeout: {humn: never}}}", "CONFIG_UNKNOWN_KEY 1:31"],
    ["recovery: {matrix: {timeout: retry}}", "CONFIG_TYPE 1:30"],
    ["recovery: {matrix: {../x: {}}}", "CONFIG_VALUE 1:21"],
    ["recovery: {increase: {memory: 0.5}}", "CONFIG_RANGE 1:31"],
    ["recovery: {increase: {timeout: 1001}}", "CONFIG_RANGE 1:32"],
    ["recovery: {widespread_tasks: 0}", "CONFIG_RANGE 1:30"],
  ])("is refused with its place: %s", (text, expected) => {
    expect(briefly(problemsOf(text))).toEqual([expected]);
  });

  it("has a bound", () => {
    const rows = Array.from({ length: 151 }, (_, index) => `e${index}: {human: never}`).join(", ");
    expect(briefly(problemsOf(`recovery: {matrix: {${rows}}}`))).toEqual(["CONFIG_RANGE 1:20"]);
  });
});

describe("the silence of agents", () => {
  it("is at most the time after which they are removed", () => {
    expect(parse("").alerts.agent_unresponsive.threshold).toBe(120_000);
    const short = parse("agent_pool: {agent_timeout: 60}");
    expect(short.alerts.agent_unresponsive.threshold).toBe(60_000);
    expect(short.values.find(({ path }) => path === "alerts.agent_unresponsive.threshold")?.value).toBe(60);
    const longer = "agent_pool: {agent_timeout: 60}\nalerts: {agent_unresponsive: {threshold: 61}}";
    expect(briefly(problemsOf(longer))).toEqual(["CONFIG_RANGE 2:42"]);
  });
});
