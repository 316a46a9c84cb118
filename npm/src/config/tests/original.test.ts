import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type LoadedConfig, parseConfig } from "../index.ts";
import { problemsOf } from "./helpers.ts";

const SEED = fileURLToPath(new URL("../../../../../shared/seeds/S4.txt", import.meta.url));

/** The two YAML blocks headed `# orchestrator_config.yaml`, as they stand. */
function blocks(): readonly [string, string] {
  const found = [...readFileSync(SEED, "utf8").matchAll(/```yaml\n(# orchestrator_config\.yaml\n[\s\S]*?)```/g)];
  return [found[0]?.[1] ?? "", found[1]?.[1] ?? ""];
}

const missing = existsSync(SEED) ? "" : " (skipped: ../shared/seeds/S4.txt is not beside this repository)";

describe.skipIf(missing !== "")(`the original orchestrator file${missing}`, () => {
  const inTwoFiles = (): LoadedConfig => {
    const [limits, suite] = blocks();
    return parseConfig([
      { file: "limits.yaml", text: limits },
      { file: "suite.yaml", text: suite },
    ]);
  };

  it("is read as it stands, in one document, two documents or two files", () => {
    const [limits, suite] = blocks();
    const config = inTwoFiles();
    expect(parseConfig([{ file: "a.yaml", text: `${limits}\n${suite}` }]).hash).toBe(config.hash);
    expect(parseConfig([{ file: "a.yaml", text: `${limits}\n---\n${suite}` }]).hash).toBe(config.hash);
    expect(config.name).toBe("cashcow_test_orchestrator");
  });

  it("gives twelve tasks in three phases", () => {
    const { plan } = inTwoFiles();
    expect(plan.tasks.map((task) => task.key).join(" ")).toBe("A1 A2 A3 B1 B1a B1b B1c B2 B3 C1 C2 C3");
    expect(plan.phases?.map(({ name, mode, tasks, timeoutMs }) => [name, mode, tasks.join(), timeoutMs])).toEqual([
      ["PHASE_1_UNIT", "parallel", "A1,A2,A3", 600_000],
      ["PHASE_2_INTEGRATION", "sequential_with_parallel_subtasks", "B1,B2,B3", undefined],
      ["PHASE_3_PERFORMANCE", "sequential", "C1,C2,C3", undefined],
    ]);
    expect(plan.tasks.find((task) => task.key === "C1")).toMatchObject({
      after: ["B1", "B2", "B3"],
      resources: { memoryMb: 4_096, cpuCores: 4 },
      timeoutMs: 3_600_000,
      criteria: { execution_time_max: 1_800, memory_max: 2_048 },
    });
    expect(plan.classes?.performance_tests).toEqual({
      memoryMb: 4_096,
      cpuCores: 4,
      diskMb: 2_048,
      timeoutMs: 3_600_000,
      maxParallel: 1,
    });
  });

  it("warns once of each template nothing defines", () => {
    const config = inTwoFiles();
    expect(config.undefinedTemplates).toEqual(["template_a", "template_b", "template_c"]);
    expect(config.warnings.map((warning) => warning.code)).toEqual([
      ...Array(2).fill("CONFIG_NO_EFFECT"),
      ...Array(3).fill("CONFIG_UNDEFINED_TEMPLATE"),
    ]);
  });

  it("passes each half alone", () => {
    const [limits, suite] = blocks();
    expect(parseConfig([{ file: "a.yaml", text: limits }]).warnings.map((warning) => warning.code)).toEqual([
      "CONFIG_NO_TASKS",
    ]);
    expect(parseConfig([{ file: "a.yaml", text: suite }]).plan.tasks).toHaveLength(12);
  });

  it("is refused when its halves disagree", () => {
    const [limits, suite] = blocks();
    const [problem, ...more] = problemsOf(limits, suite.replace("retry_delay: 30", "retry_delay: 31"));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "CONFIG_CONFLICT", file: "b.yaml", path: "recovery.retry_delay" });
    expect(problem?.message).toContain("failure_handling.retry_delay_seconds at a.yaml:");
  });
});
