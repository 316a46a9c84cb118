import { describe, expect, it } from "vitest";
import { buildReport, outcomeOf, reportToJson } from "./index.ts";
import { aCriterion, aSession, aTask, aTry, HOSTILE, START } from "./testing/fixtures.ts";
import { suiteSession } from "./testing/suite.ts";

describe("report", () => {
  it("has the documented keys for every task, under the user's key", () => {
    const report = JSON.parse(reportToJson(buildReport(suiteSession())));
    expect(report.session).toBe("session_01k0000000000000000000000");
    expect(report.status).toBe("completed");
    expect(report.tasks.map((task: { id: string }) => task.id)).toEqual([
      "A1",
      "A2",
      "A3",
      "B1",
      "B1a",
      "B1b",
      "B1c",
      "B2",
      "B3",
      "C1",
      "C2",
      "C3",
    ]);
    for (const task of report.tasks) {
      expect(Object.keys(task)).toEqual(
        expect.arrayContaining([
          "id",
          "parent",
          "status",
          "attempts",
          "agent",
          "started",
          "ended",
          "criteria",
          "resources",
          "artifacts",
        ]),
      );
    }
    expect(report.tasks[4]).toMatchObject({
      id: "B1a",
      parent: "B1",
      attempts: 1,
      agent: "agent_001",
      started: START + 12_500,
    });
  });

  it("counts tasks, tries, criteria and what was used", () => {
    const { totals, durations } = buildReport(suiteSession());
    expect(totals).toMatchObject({
      tasks: 12,
      agents: 4,
      attempts: 15,
      recoveries: 4,
      escalations: { raised: 1, open: 0 },
      criteria: { met: 13, missed: 0, unmeasured: 0 },
      artifacts: { count: 1, bytes: 18_204 },
    });
    expect(totals.byStatus.completed).toBe(12);
    expect(durations.totalMs).toBe(41_350);
    expect(durations.lostMs).toBe(2_570 + 3_500 + 4_660 + 2_500);
  });

  it("finds the chain of tasks that decided the end, through parents and subtasks", () => {
    expect(buildReport(suiteSession()).durations.criticalPath).toEqual(["A2", "B1b", "B3", "C1", "C3"]);
  });

  it("says unknown, not zero, where nothing was measured", () => {
    const bare = aTask("A", {
      resources: { ...aTask("A").resources, memoryPeakBytes: null, cpuMs: null, diskBytes: null },
    });
    const { totals } = buildReport(aSession([bare]));
    expect(totals.memoryPeakBytes).toBeNull();
    expect(totals.cpuMs).toBeNull();
  });

  it("describes an unfinished session as of its latest moment", () => {
    const running = aTask("A", {
      status: "running",
      ended: null,
      history: [aTry(1, 0, 400, { outcome: "failed" }), aTry(2, 900, null)],
    });
    const report = buildReport(aSession([running], { status: "running", ended: null }));
    expect(report.asOf).toBe(START + 900);
    expect(report.tasks[0]?.durationMs).toBe(900);
    expect(report.recoveries).toHaveLength(1);
    expect(report.recoveries[0]).toMatchObject({ task: "A", attempt: 1, next: "running", action: null });
  });

  it("judges a task made of parts by the worst of them", () => {
    const group = aTask("G", {
      attempts: 0,
      criteria: [
        aCriterion("pass_rate", 0.9, null),
        aCriterion("memory_max", 9, null, "max"),
        aCriterion("other", 1, null),
      ],
    });
    const part = (id: string, rate: number, memory: number) =>
      aTask(id, {
        parent: "G",
        criteria: [aCriterion("pass_rate", 0.9, rate), aCriterion("memory_max", 9, memory, "max")],
      });
    const judged = (...parts: ReturnType<typeof part>[]) => buildReport(aSession([group, ...parts])).tasks[0]?.criteria;
    expect(judged(part("a", 1, 3), part("b", 0.95, 8))).toMatchObject([
      { measured: 0.95, met: true },
      { measured: 8, met: true },
      { measured: null, met: null },
    ]);
    expect(judged(part("a", 1, 3), part("b", 0.5, 8))?.[0]).toMatchObject({ measured: 0.5, met: false });
    const open = aTask("c", { parent: "G", criteria: [aCriterion("pass_rate", 0.9, null)] });
    expect(judged(part("a", 1, 3), open)?.[0]).toMatchObject({ measured: 1, met: null });
  });

  it("survives a plan whose parents or dependencies run in a circle", () => {
    const tasks = [aTask("A", { after: ["B"], parent: "B" }), aTask("B", { after: ["A"], parent: "A" })];
    expect(buildReport(aSession(tasks)).durations.criticalPath.length).toBeLessThanOrEqual(2);
  });

  it("writes JSON any reader accepts, also of lone surrogates", () => {
    const text = reportToJson(buildReport(aSession([aTask("A", { name: HOSTILE })])));
    expect(text.isWellFormed()).toBe(true);
    expect(JSON.parse(text).tasks[0].name).toBe(HOSTILE.toWellFormed());
  });
});

describe("outcome", () => {
  const open = { ...suiteSession().escalations[0], resolved: null, decision: null } as ReturnType<
    typeof suiteSession
  >["escalations"][number];

  it.each([
    ["met", aSession([aTask("A", { criteria: [aCriterion("coverage", 0.9, 0.95)] })])],
    ["missed", aSession([aTask("A", { criteria: [aCriterion("coverage", 0.9, 0.85)] })])],
    ["missed", aSession([aTask("A"), aTask("B", { status: "failed" })])],
    ["missed", aSession([aTask("A"), aTask("B", { status: "skipped" })])],
    ["missed", aSession([aTask("A", { status: "cancelled" })], { status: "cancelled" })],
    ["missed", aSession([aTask("A", { status: "failed" })], { status: "failed" })],
    ["waiting", aSession([aTask("A", { status: "waiting" })], { status: "running", ended: null, escalations: [open] })],
    ["unfinished", aSession([aTask("A", { status: "running" })], { status: "running", ended: null })],
    ["unfinished", aSession([aTask("A", { status: "ready" })], { status: "paused", ended: null })],
  ] as const)("is %s", (outcome, view) => {
    expect(outcomeOf(view)).toBe(outcome);
  });
});
