import { afterEach, expect, test } from "vitest";
import type { EscalationView } from "../sessions/view.ts";
import { Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

test("a human is told what was tried and how the team stood when he was asked", async () => {
  const asked = Promise.withResolvers<EscalationView>();
  const team = await teams.open({ notify: async (escalation) => asked.resolve(escalation) });
  team.agent("accountant", (task) => {
    if (task.key === "sum") throw Object.assign(new Error("off by one"), { errorType: "calculation_error" });
  });
  const session = team.orchestrate({ tasks: [{ key: "open" }, { key: "sum" }, { key: "close", after: ["sum"] }] });
  const told = await asked.promise;
  expect(told).toMatchObject({
    task: "sum",
    agent: "accountant",
    attempts: 1,
    recoveries: [],
    blockingTasks: ["close"],
    systemState: {
      tasks: { total: 3, failed: 0 },
      escalations: 0,
      agents: 1,
      agentsAvailable: 1,
      reserved: { memoryMb: 0, cpuCores: 0, diskMb: 0 },
    },
  });
  expect((await session.view()).escalations).toEqual([told]);
  await team.decide(told.id, "abort", { actor: "grace" });
  expect((await session.result).status).toBe("failed");
});
