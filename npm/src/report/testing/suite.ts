import type { SessionView } from "../../sessions/view.ts";
import { aCriterion, aSession, aTask, aTry, START } from "./fixtures.ts";

const MB = 1_048_576;
const at = (from: number, to: number): { started: number; ended: number } => ({
  started: START + from,
  ended: START + to,
});

/** The test suite of the examples as it looks after a run with two recoveries and one answered escalation. */
export function suiteSession(): SessionView {
  const unit = { memoryMb: 512, cpuCores: 1, diskMb: 100, timeoutMs: 600_000, diskBytes: 1_300_000 };
  const wide = { memoryMb: 1_024, cpuCores: 2, diskMb: 500, timeoutMs: 1_800_000, diskBytes: 4_100_000 };
  const huge = { memoryMb: 4_096, cpuCores: 4, diskMb: 2_048, timeoutMs: 3_600_000, diskBytes: 18_000_000 };
  const coverage = {
    name: "coverage.json",
    path: "/tmp/suite/A1/coverage.json",
    bytes: 18_204,
    sha256: "9ac1".padEnd(64, "7"),
  };
  return aSession(
    [
      aTask("A1", {
        name: "Model Validation Tests",
        ...at(120, 2_950),
        history: [aTry(1, 120, 2_950)],
        criteria: [aCriterion("pass_rate", 0.95, 1), aCriterion("coverage", 0.95, 0.981)],
        resources: { ...unit, memoryPeakBytes: 143 * MB, cpuMs: 2_610 },
        artifacts: [coverage],
        output: { tests: 45, passed: 45 },
      }),
      aTask("A2", {
        name: "Calculator Function Tests",
        agent: "agent_004",
        ...at(130, 12_400),
        history: [
          aTry(1, 130, 2_700, {
            agent: "agent_002",
            outcome: "failed",
            error: { type: "import_error", message: "Cannot find module 'decimal.js'" },
            recovery: { level: 1, action: "reinstall_deps" },
          }),
          aTry(2, 3_400, 6_900, {
            agent: "agent_002",
            outcome: "failed",
            error: { type: "calculation_error", message: "Expected 2083.33, got 2083.34" },
            recovery: { level: 3, action: "escalate" },
          }),
          aTry(3, 9_300, 12_400, { agent: "agent_004" }),
        ],
        criteria: [aCriterion("pass_rate", 1, 1), aCriterion("coverage", 0.9, 0.934)],
        resources: { ...unit, memoryPeakBytes: 166 * MB, cpuMs: 2_902 },
      }),
      aTask("A3", {
        name: "Storage Layer Tests",
        agent: "agent_001",
        ...at(140, 8_200),
        history: [
          aTry(1, 140, 4_800, {
            agent: "agent_003",
            outcome: "lost",
            error: { type: "system_error", message: "agent_003 gave no sign of life for 4 s" },
            recovery: { level: 2, action: "reassign" },
          }),
          aTry(2, 5_000, 8_200, { agent: "agent_001" }),
        ],
        criteria: [aCriterion("pass_rate", 1, 1), aCriterion("coverage", 0.9, 0.912)],
        resources: { ...unit, memoryPeakBytes: 201 * MB, cpuMs: 2_218 },
      }),
      aTask("B1", {
        name: "End-to-End Workflow Tests",
        after: ["A1", "A2", "A3"],
        ...at(12_450, 18_600),
        agent: null,
        attempts: 0,
        criteria: [aCriterion("pass_rate", 1, 1)],
        resources: { ...wide, memoryPeakBytes: null, cpuMs: null, diskBytes: null },
      }),
      aTask("B1a", {
        name: "Sync Workflow",
        parent: "B1",
        ...at(12_500, 15_300),
        history: [aTry(1, 12_500, 15_300)],
        resources: { ...wide, memoryPeakBytes: 322 * MB, cpuMs: 3_350 },
      }),
      aTask("B1b", {
        name: "Async Workflow",
        parent: "B1",
        agent: "agent_002",
        ...at(12_500, 18_600),
        history: [
          aTry(1, 12_500, 15_000, {
            agent: "agent_002",
            outcome: "failed",
            error: { type: "memory_error", message: "1,061 MB used, 1,024 MB allowed" },
            recovery: { level: 2, action: "increase_allocation" },
          }),
          aTry(2, 15_200, 18_600, { agent: "agent_002" }),
        ],
        resources: { ...wide, memoryMb: 2_048, memoryPeakBytes: 1_061 * MB, cpuMs: 4_120 },
      }),
      aTask("B1c", {
        name: "Parallel Workflow",
        parent: "B1",
        agent: "agent_004",
        ...at(12_510, 16_900),
        history: [aTry(1, 12_510, 16_900, { agent: "agent_004" })],
        resources: { ...wide, memoryPeakBytes: 410 * MB, cpuMs: 6_300 },
      }),
      aTask("B2", {
        name: "Scenario Management Tests",
        after: ["B1"],
        agent: "agent_001",
        ...at(18_650, 22_000),
        history: [aTry(1, 18_650, 22_000)],
        criteria: [aCriterion("pass_rate", 0.95, 0.972)],
        resources: { ...wide, memoryPeakBytes: 288 * MB, cpuMs: 3_130 },
      }),
      aTask("B3", {
        name: "Report Generation Tests",
        after: ["B1"],
        agent: "agent_002",
        ...at(22_050, 25_400),
        history: [aTry(1, 22_050, 25_400, { agent: "agent_002" })],
        criteria: [aCriterion("pass_rate", 0.95, 1)],
        resources: { ...wide, memoryPeakBytes: 261 * MB, cpuMs: 2_980 },
      }),
      aTask("C1", {
        name: "Scale Performance Tests",
        after: ["B1", "B2", "B3"],
        agent: "agent_001",
        ...at(25_500, 32_100),
        history: [aTry(1, 25_500, 32_100)],
        criteria: [aCriterion("execution_time_max", 1_800, 6.6, "max"), aCriterion("memory_max", 2_048, 1_240, "max")],
        resources: { ...huge, memoryPeakBytes: 1_240 * MB, cpuMs: 12_040 },
      }),
      aTask("C2", {
        name: "Parallel Execution Benchmarks",
        after: ["C1"],
        agent: "agent_002",
        ...at(32_150, 36_900),
        history: [aTry(1, 32_150, 36_900, { agent: "agent_002" })],
        criteria: [aCriterion("speedup_min", 2, 3.71)],
        resources: { ...huge, memoryPeakBytes: 702 * MB, cpuMs: 7_220 },
      }),
      aTask("C3", {
        name: "Memory Profiling Analysis",
        after: ["C1"],
        agent: "agent_001",
        ...at(36_950, 41_300),
        history: [aTry(1, 36_950, 41_300)],
        criteria: [aCriterion("memory_efficiency", 0.8, 0.86)],
        resources: { ...huge, cpuCores: 2, memoryPeakBytes: 980 * MB, cpuMs: 4_610 },
      }),
    ],
    {
      ended: START + 41_350,
      phases: [
        { name: "PHASE_1_UNIT", mode: "parallel", status: "passed", tasks: ["A1", "A2", "A3"] },
        {
          name: "PHASE_2_INTEGRATION",
          mode: "sequential_with_parallel_subtasks",
          status: "passed",
          tasks: ["B1", "B2", "B3"],
        },
        { name: "PHASE_3_PERFORMANCE", mode: "sequential", status: "passed", tasks: ["C1", "C2", "C3"] },
      ],
      escalations: [
        {
          id: "escalation_01k00000000000000000000000",
          task: "A2",
          issueType: "calculation_error",
          severity: "critical",
          message: "AssertionError: Expected 2083.33, got 2083.34",
          raised: START + 6_900,
          resolved: START + 9_250,
          decision: "retry",
          recommendedActions: [
            "Review floating-point precision in equity calculations",
            "Add tolerance to financial calculations",
          ],
          blockingTasks: ["B1", "B2", "B3", "C1", "C2", "C3"],
          agent: "agent-2",
          attempts: 1,
          recoveries: [],
          systemState: {
            tasks: { total: 12, completed: 1, failed: 0, skipped: 0, cancelled: 0 },
            running: 1,
            ready: 0,
            escalations: 0,
            agents: 4,
            agentsAvailable: 4,
            reserved: { memoryMb: 512, cpuCores: 1, diskMb: 100 },
            totals: { memoryMb: 8_192, cpuCores: 4, diskMb: 1_000 },
          },
        },
      ],
      alerts: [
        {
          rule: "high_failure_rate",
          severity: "critical",
          action: "pause_new_tasks",
          raised: START + 6_900,
          cleared: START + 8_200,
          holds: false,
          details: "Failure rate 0.40, bound 0.20",
        },
      ],
    },
  );
}
