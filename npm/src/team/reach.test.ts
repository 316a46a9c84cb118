import { afterEach, expect, test } from "vitest";
import { buildReport, reportToHtml, reportToMarkdown } from "../report/index.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { Team } from "./team.ts";
import { pass, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

const names = (found: readonly { readonly name: string }[]): readonly string[] => found.map(({ name }) => name);

test("agents are found by type, capabilities and whether they work, the best first, with what they are ranked by", async () => {
  const team = await teams.open();
  team.agent("slow", { type: "coder", capabilities: ["code_generation"], priority: 1 }, () => "ok");
  team.agent("fast", { type: "coder", capabilities: ["code_generation", "custom_thing"], priority: 5 }, () => "ok");
  const idle = team.agent("gone", { type: "coder", capabilities: ["code_generation"] }, () => "ok");
  team.agent("writer", { type: "writer" }, () => "ok");
  await idle.ready;
  await idle.stop();
  // Nothing was awaited of the first two: a search knows of what was asked before.
  expect(names(await team.findAgents({ type: "coder" }))).toEqual(["fast", "slow", "gone"]);
  expect(names(await team.findAgents({ needs: ["code_generation"], inService: true }))).toEqual(["fast", "slow"]);
  expect(names(await team.findAgents({ needs: ["@writer"] }))).toEqual(["writer"]);
  expect(await team.findAgents({ needs: ["flying"] })).toEqual([]);
  await team.orchestrate({ tasks: [{ key: "a", needs: ["custom_thing"] }] }).result;
  const [fast] = await team.findAgents({ needs: ["custom_thing"] });
  expect(fast).toMatchObject({ name: "fast", priority: 5, successRatio: 1, completed: 1, status: "idle" });
  expect(fast?.meanMs).toBeGreaterThanOrEqual(0);
  expect(fast?.id).toBe((await team.agents()).find(({ name }) => name === "fast")?.id);
});

test("a plan is held against the team before it is started, and names what is missing of each task", async () => {
  const team = await teams.open({ totals: { memoryMb: 1_000 } });
  await team.agent("coder", { type: "coder", capabilities: ["code_generation"], permission: "limited" }, () => 1).ready;
  await team.agent("writer", { type: "writer", capabilities: ["document_creation"] }, () => 1).ready;
  const plan = {
    tasks: [
      { key: "fine", needs: ["code_generation"] },
      { key: "type", agentType: "juggler" },
      { key: "capability", needs: ["juggling"] },
      { key: "permission", agentType: "coder", permission: "full" as const },
      { key: "both", needs: ["code_generation", "document_creation"] },
      { key: "group", needs: ["juggling"] },
      { key: "part", parent: "group", needs: ["code_generation"] },
      { key: "large", resources: { memoryMb: 2_000 } },
    ],
  };
  const expected = [
    { task: "type", lacks: "agent_type", missing: "juggler" },
    { task: "capability", lacks: "capability", missing: "juggling" },
    { task: "permission", lacks: "permission", missing: "full" },
    { task: "both", lacks: "combination", missing: null },
    { task: "large", lacks: "resources", missing: null },
  ];
  expect(await team.misfits(plan)).toEqual(expected);
  expect(team.sessions()).toEqual([]);
  const session = team.orchestrate(plan);
  expect(await session.misfits()).toEqual(expected);
  await team.agent("juggler", { type: "juggler", capabilities: ["juggling"] }, () => 1).ready;
  expect((await team.misfits(plan)).map(({ task }) => task)).toEqual(["permission", "both", "large"]);
  await expect(team.misfits({ tasks: [{ key: "a", after: ["b"] }] })).rejects.toMatchObject({
    code: "TASK_DEPENDENCY_UNKNOWN",
  });
});

test("the catalogue has what ships and what the team added", async () => {
  const team = await teams.open();
  team.agent("ada", { capabilities: ["juggling"] }, () => 1);
  const { capabilities, types } = await team.catalog();
  expect(capabilities.custom).toEqual(["juggling"]);
  const shipped = Object.entries(capabilities).filter(([category]) => category !== "custom");
  expect([shipped.length, shipped.flatMap(([, names]) => names).length]).toEqual([6, 19]);
  expect(Object.keys(types)).toEqual(expect.arrayContaining(["planner", "researcher", "coder", "reviewer"]));
});

test("what is asked for in vain is told after a while, and no more once somebody comes", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  await team.orchestrate({ tasks: [{ key: "a", needs: ["juggling"], agentType: "artist" }] }).ready;
  expect(await team.unserved()).toEqual([]);
  await pass(clock, 120_000, 10_000);
  const [report, ...others] = await team.unserved();
  expect(others).toEqual([]);
  expect(report).toMatchObject({ agentType: "artist", needs: ["juggling"], permission: "readonly" });
  expect(report?.since).toBeGreaterThan(0);
  await team.agent("jo", { type: "artist", capabilities: ["juggling"] }, () => 1).ready;
  expect(await team.unserved()).toEqual([]);
});

async function reasons(team: Team): Promise<Readonly<Record<string, string | null>>> {
  const views = await Promise.all(team.sessions().map((session) => session.view()));
  return Object.fromEntries(views.flatMap(({ tasks }) => tasks.map(({ id, reason }) => [id, reason])));
}

test("a task that does not run says why", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock, totals: { memoryMb: 100 } });
  const running: (() => void)[] = [];
  const work = (): Promise<string> => new Promise((resolve) => running.push(() => resolve("done")));
  await team.agent("ada", { maxLoad: 2, capabilities: ["work"] }, work).ready;
  await team.agent("bad", { capabilities: ["network"] }, () => {
    throw Object.assign(new Error("no route"), { errorType: "network_error" });
  }).ready;
  const session = team.orchestrate({
    tasks: [
      { key: "first", needs: ["work"], class: "one" },
      { key: "second", needs: ["work"], class: "one" },
      { key: "large", needs: ["work"], resources: { memoryMb: 80 }, priority: "high" },
      { key: "larger", needs: ["work"], resources: { memoryMb: 90 } },
      { key: "full", needs: ["work"] },
      { key: "after", after: ["first", "large"] },
      { key: "nobody", needs: ["juggling"] },
      { key: "later" },
      { key: "fails", needs: ["network"] },
    ],
    classes: { one: { maxParallel: 1 } },
    phases: [
      {
        name: "p",
        mode: "parallel",
        tasks: ["first", "second", "large", "larger", "full", "after", "nobody", "fails"],
      },
      { name: "q", mode: "parallel", tasks: ["later"] },
    ],
    recovery: { maxRetries: 5, retryDelayMs: 60_000, escalationThreshold: 9 },
  });
  await session.ready;
  await pass(clock, 1_000);
  expect(await reasons(team)).toEqual({
    first: null,
    large: null,
    second: "as many tasks of its class run as may",
    larger: "what runs leaves too little of what it needs",
    full: "every agent that could take it is at work",
    after: "waits for first, large",
    nobody: "no agent could take it",
    later: "its phase is not open yet",
    fails: "waits for the time before its next try to pass (network_error: retry_with_backoff)",
  });
  await session.pause();
  expect((await reasons(team)).full).toBe("its session is paused");
  for (const end of running) end();
});

test("the time left is the kernel's estimate, in the view and in the stream alike", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const running: (() => void)[] = [];
  await team.agent("ada", { maxLoad: 1 }, () => new Promise<void>((resolve) => running.push(resolve))).ready;
  const session = team.orchestrate({ tasks: ["a", "b", "c"].map((key) => ({ key })) });
  const told: (number | null)[] = [];
  session.progress$.subscribe({ next: ({ etaMs }) => told.push(etaMs) });
  await session.ready;
  expect((await session.view()).etaMs).toBeNull();
  await pass(clock, 4_000);
  running.shift()?.();
  await pass(clock, 0);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  // Two tasks are left of 4 s each, and one runs at a time.
  expect((await session.view()).etaMs).toBe(8_000);
  expect(told.at(-1)).toBe(8_000);
  for (let left = 0; left < 2; left++) {
    running.shift()?.();
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  }
  await session.result;
  expect((await session.view()).etaMs).toBe(0);
});

test("facts of the task ledger are in the view and the report, also after a restart", async () => {
  const { memoryStore } = await import("../stores/memory/memory-store.ts");
  const store = memoryStore();
  const first = await teams.open({ store });
  const session = first.orchestrate({ tasks: [{ key: "a", needs: ["nobody"] }] });
  const id = await session.ready;
  await session.recordFacts([{ text: "sales grew by 4 %", source: "annual report" }]);
  await session.recordFacts([{ kind: "guess", text: "<b>the trend holds</b>" }]);
  const facts = [
    { kind: "given", text: "sales grew by 4 %", source: "annual report" },
    { kind: "guess", text: "<b>the trend holds</b>", source: "" },
  ];
  const view = await session.view();
  expect(view.facts).toEqual(facts);
  expect(reportToMarkdown(buildReport(view))).toContain("| given | sales grew by 4 % | annual report |");
  expect(reportToHtml(buildReport(view))).toContain("&#60;b&#62;the trend holds&#60;/b&#62;");
  await expect(session.recordFacts([{ text: "" }])).rejects.toMatchObject({ code: "SESSION_LEDGER" });
  const many = Array.from({ length: 999 }, (_, index) => ({ text: `fact ${index}` }));
  await expect(session.recordFacts(many)).rejects.toMatchObject({ code: "SESSION_LEDGER" });
  await first.close();
  const second = await teams.open({ store });
  expect((await second.session(id).view()).facts).toEqual(facts);
  await second.session(id).cancel();
  await expect(second.session(id).recordFacts([{ text: "late" }])).rejects.toMatchObject({ code: "SESSION_ENDED" });
  expect((await second.session(id).view()).facts).toEqual(facts);
});

test("an agent out of service is forgotten and its name free; one in service is not", async () => {
  const team = await teams.open();
  const ada = team.agent("ada", () => 1);
  const id = await ada.ready;
  await expect(team.deregister(id)).rejects.toMatchObject({ code: "AGENT_TRANSITION" });
  await ada.stop();
  await team.deregister(id, "replaced");
  expect(await team.agents()).toEqual([]);
  expect(await team.findAgents()).toEqual([]);
  await expect(team.deregister(id)).rejects.toMatchObject({ code: "AGENT_UNKNOWN" });
  await expect(team.deregister("agent_nonsense")).rejects.toMatchObject({ code: "AGENT_UNKNOWN" });
  const again = await team.agent("ada", { type: "other" }, () => 2).ready;
  expect(again).not.toBe(id);
  expect((await team.orchestrate({ tasks: [{ key: "a" }] }).result).outputs).toEqual({ a: 2 });
});
