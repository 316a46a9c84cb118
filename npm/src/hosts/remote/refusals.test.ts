import { afterEach, beforeEach, expect, test } from "vitest";
import { Teams } from "../../team/testing/teams.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { acceptAgents, agentRights } from "./door.ts";
import { MeetingPoint } from "./testing/room.ts";

const teams = new Teams();
let clock: FakeClock;
let point: MeetingPoint;
beforeEach(() => {
  clock = new FakeClock();
  point = new MeetingPoint(clock);
});
afterEach(async () => {
  await point.close();
  await teams.close();
});

test("an agent that is not admitted is refused for good", async () => {
  const team = await teams.open({ clock });
  const asked: unknown[] = [];
  acceptAgents(team, point.hub, {
    clock,
    admit: (request) => {
      asked.push(request);
      return undefined;
    },
  });
  const { agent } = point.outpost({ name: "far", capabilities: ["all"] }, () => 1, "stranger");
  await clock.advanceAsync(10_000);
  await expect(agent.ready).rejects.toMatchObject({ code: "AGENT_DENIED" });
  expect(asked).toEqual([expect.objectContaining({ name: "far", source: "stranger", capabilities: ["all"] })]);
  expect(await team.agents()).toEqual([]);
});

test("capabilities are what the team says", async () => {
  const team = await teams.open({ clock });
  acceptAgents(team, point.hub, { clock, admit: () => ({ capabilities: ["little"], permission: "readonly" }) });
  point.outpost({ name: "far", capabilities: ["all"] }, () => 1);
  await clock.advanceAsync(1_000);
  expect((await team.agents())[0]?.capabilities).toEqual(["little"]);
});

test("a name belongs to whoever came with it, until its agent is out of service", async () => {
  const team = await teams.open({ clock });
  acceptAgents(team, point.hub, { clock, admit: () => ({}) });
  const first = point.outpost({ name: "far" }, () => 1, "ada");
  await clock.advanceAsync(1_000);
  const thief = point.outpost({ name: "far" }, () => 1, "eve");
  await clock.advanceAsync(1_000);
  await expect(thief.agent.ready).rejects.toMatchObject({ code: "AGENT_DENIED" });
  expect(first.agent.state).toBe("attached");
  void first.agent.drain();
  await clock.advanceAsync(1_000);
  const heir = point.outpost({ name: "far" }, () => 1, "eve");
  await clock.advanceAsync(1_000);
  expect(heir.agent.state).toBe("attached");
});

test("a description that breaks a rule is refused, here or by the kernel", async () => {
  const team = await teams.open({ clock });
  acceptAgents(team, point.hub, { clock, admit: () => ({}) });
  const outposts = [
    { name: "" },
    { name: "busy", maxLoad: 0 },
    { name: "rare", heartbeatMs: 86_400_001 },
    { name: "addressed", capabilities: ["@somebody"] },
  ].map((options) => point.outpost(options, () => 1));
  await clock.advanceAsync(10_000);
  for (const { agent } of outposts) await expect(agent.ready).rejects.toMatchObject({ code: "AGENT_INVALID" });
});

test("reports nobody can read, of nobody, and of others' attempts are refused", async () => {
  const team = await teams.open({ clock });
  acceptAgents(team, point.hub, { clock, admit: () => ({}) });
  const say = (payload: unknown): Promise<unknown> =>
    point.hub.request("polyphon.agents.report", payload).catch((error: { code: string }) => error.code);
  const result = { type: "result", fence: 7, result: { ok: true } };
  expect(await say(null)).toBe("TASK_REPORT_INVALID");
  expect(await say({ name: "far", instance: "1", report: { type: "steal" } })).toBe("TASK_REPORT_INVALID");
  expect(await say({ name: "far", instance: "1", report: result })).toBe("AGENT_DETACHED");
  const attachment = { name: "far", instance: "1", capabilities: [], agentType: "worker", version: "", maxLoad: 1 };
  const orders = point.hub.requestMany("polyphon.agents.attach", { ...attachment, heartbeatMs: 30_000, open: [7] });
  const seen: unknown[] = [];
  const reading = orders.subscribe((order) => seen.push(order));
  await clock.settle();
  await clock.settle();
  expect(seen).toEqual([
    { type: "attached", agentId: expect.any(String) },
    { type: "stop", fence: 7, errorType: "agent_lost", message: expect.any(String) },
  ]);
  expect(await say({ name: "far", instance: "1", report: result })).toBe("LEASE_FENCED");
  expect(await say({ name: "far", instance: "2", report: result })).toBe("AGENT_DETACHED");
  reading.unsubscribe();
});

test("an input larger than an order may be fails its attempt", async () => {
  const team = await teams.open({ clock });
  acceptAgents(team, point.hub, { clock, admit: () => ({}), orderBytes: 1_000 });
  let begun = 0;
  point.outpost({ name: "far", capabilities: ["far"] }, () => ++begun);
  await clock.advanceAsync(1_000);
  const failed: unknown[] = [];
  team.events$.subscribe(({ type, data }) => {
    if (type === "TaskAttemptFailed") failed.push(data.error);
  });
  team.orchestrate({ tasks: [{ key: "a", needs: ["far"], input: "x".repeat(1_000) }] });
  await clock.advanceAsync(100);
  expect(failed).toEqual([
    expect.objectContaining({ errorType: "logic_error", message: expect.stringContaining("at most 1000") }),
  ]);
  expect(begun).toBe(0);
});

test("the rights of an agent are to attach and to report, nothing else", () => {
  const permits = agentRights();
  expect(permits("publish", "polyphon.agents.attach")).toBe(true);
  expect(permits("publish", "polyphon.agents.report")).toBe(true);
  expect(permits("publish", "orders.new")).toBe(false);
  expect(permits("subscribe", "polyphon.agents.report")).toBe(false);
  expect(agentRights("mine")("publish", "mine.attach")).toBe(true);
});
