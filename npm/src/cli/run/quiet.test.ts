import { describe, expect, it } from "vitest";
import { aSession, aTask } from "../../report/testing/fixtures.ts";
import { suiteSession } from "../../report/testing/suite.ts";
import type { EscalationView, SessionView, TaskView } from "../../sessions/view.ts";
import { onlyWaitsForPeople } from "./quiet.ts";

const asked = (task: string, over: Partial<EscalationView> = {}): EscalationView => ({
  ...(suiteSession().escalations[0] as EscalationView),
  task,
  resolved: null,
  decision: null,
  blockingTasks: [],
  ...over,
});
const view = (tasks: readonly TaskView[], over: Partial<SessionView> = {}): SessionView =>
  aSession(tasks, { status: "running", ended: null, escalations: [asked("A")], ...over });
const waiting = aTask("A", { status: "waiting" });

describe("only waits for people", () => {
  it("when everything left stands behind what waits", () => {
    expect(
      onlyWaitsForPeople(
        view([
          waiting,
          aTask("B", { status: "pending", after: ["A"] }),
          aTask("C", { status: "pending", after: ["B"] }),
          aTask("D"),
        ]),
      ),
    ).toBe(true);
  });

  it("not while something runs or could", () => {
    for (const status of ["running", "ready"] as const)
      expect(onlyWaitsForPeople(view([waiting, aTask("B", { status })]))).toBe(false);
  });

  it("not while a task waits for its next try, or is pending for another reason", () => {
    expect(onlyWaitsForPeople(view([waiting, aTask("B", { status: "waiting", reason: "system_error: retry" })]))).toBe(
      false,
    );
    expect(onlyWaitsForPeople(view([waiting, aTask("B", { status: "pending", reason: "retry in 30 s" })]))).toBe(false);
  });

  it("not when nobody was asked, or all was answered", () => {
    expect(onlyWaitsForPeople(view([waiting], { escalations: [] }))).toBe(false);
    expect(onlyWaitsForPeople(view([waiting], { escalations: [asked("A", { resolved: 5, decision: "retry" })] }))).toBe(
      false,
    );
  });

  it("through parents, parts and phases", () => {
    const tasks = [
      aTask("A", { status: "running" }),
      aTask("A1", { status: "waiting", parent: "A" }),
      aTask("B", { status: "pending", after: ["A"] }),
      aTask("B1", { status: "pending", parent: "B" }),
      aTask("C", { status: "pending" }),
    ];
    const phases = [
      { name: "one", mode: "parallel", status: "open", tasks: ["A", "B"] },
      { name: "two", mode: "parallel", status: "pending", tasks: ["C"] },
    ] as const;
    expect(onlyWaitsForPeople(view(tasks, { phases, escalations: [asked("A1")] }))).toBe(true);
    expect(onlyWaitsForPeople(view(tasks, { escalations: [asked("A1")] }))).toBe(false);
  });

  it("when an alert holds back all that has not run yet", () => {
    const alert = {
      rule: "r",
      severity: "critical",
      action: "pause_new_tasks",
      raised: 0,
      cleared: null,
      details: "",
    } as const;
    const fresh = aTask("B", { status: "ready", attempts: 0 });
    const later = aTask("C", { status: "pending", attempts: 0, after: ["B"] });
    const held = (tasks: readonly TaskView[], holds = true): boolean =>
      onlyWaitsForPeople(view(tasks, { escalations: [], alerts: [{ ...alert, holds }] }));
    expect(held([fresh, later])).toBe(true);
    expect(held([fresh, later], false)).toBe(false);
    expect(held([fresh, aTask("D", { status: "running" })])).toBe(false);
    expect(held([fresh, aTask("D", { status: "ready", attempts: 1 })])).toBe(false);
  });

  it("in a paused session where nothing runs any more", () => {
    const fresh = aTask("B", { status: "ready" });
    expect(onlyWaitsForPeople(view([fresh], { escalations: [], status: "paused" }))).toBe(true);
    expect(onlyWaitsForPeople(view([fresh, aTask("C", { status: "running" })], { status: "paused" }))).toBe(false);
  });

  it("as far as the escalation itself names them", () => {
    const tasks = [waiting, aTask("Z", { status: "pending" })];
    expect(onlyWaitsForPeople(view(tasks, { escalations: [asked("A", { blockingTasks: ["Z"] })] }))).toBe(true);
  });
});
