import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryStore } from "../../stores/memory/memory-store.ts";
import type { Team } from "../../team/team.ts";
import { pass, Teams } from "../../team/testing/teams.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { AgentContext } from "../agent.ts";
import { type AgentDoor, acceptAgents, agentRights } from "./door.ts";
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

function door(team: Team): AgentDoor {
  return acceptAgents(team, point.hub, { clock, admit: () => ({}) });
}

/** A promise a test settles. */
function gate<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}

/** Types of the errors with which attempts fail, from now on. */
function failures(team: Team): string[] {
  const seen: string[] = [];
  team.events$.subscribe(({ type, task, data }) => {
    if (type === "TaskAttemptFailed") seen.push(`${task}: ${(data.error as { errorType: string }).errorType}`);
  });
  return seen;
}

async function statusOf(team: Team, name: string): Promise<string | undefined> {
  const found = (await team.agents()).find((view) => view.name === name);
  return found && `${found.status} ${found.health}`;
}

describe("a remote agent", () => {
  test("does tasks, with outputs, context, progress, logs, metrics and more time", async () => {
    const team = await teams.open({ clock });
    door(team);
    const { agent } = point.outpost({ name: "far", capabilities: ["far"] }, async (task, ctx) => {
      ctx.progress(50);
      ctx.log.info(`at ${task.key}`);
      ctx.metric("speedup", 2);
      await ctx.extend(90_000);
      const before = await ctx.state();
      await ctx.saveState({ seen: task.key });
      const refused = await ctx.saveState("x".repeat(256 * 1_024)).catch((error: { code: string }) => error.code);
      const kept = [before ?? null, await ctx.state(), refused];
      return { ...(await ctx.outputs()), ...(await ctx.context()), input: task.input, kept };
    });
    const logs: string[] = [];
    team.logs$.subscribe(({ text }) => logs.push(text));
    team.agent("near", { capabilities: ["near"] }, () => "from near");
    await clock.advanceAsync(1_000);
    expect([agent.state, await agent.ready]).toEqual([
      "attached",
      (await team.agents()).find(({ name }) => name === "far")?.id,
    ]);
    const session = team.orchestrate({
      tasks: [
        { key: "a", needs: ["near"] },
        { key: "b", needs: ["far"], after: ["a"], input: [1] },
      ],
    });
    const ticks: number[] = [];
    session.progress$.subscribe(({ percentage }) => ticks.push(percentage));
    await clock.advanceAsync(1_000);
    const { status, outputs } = await session.result;
    expect([status, outputs.b]).toEqual([
      "completed",
      { a: "from near", input: [1], kept: [null, { seen: "b" }, "AGENT_STATE_INVALID"] },
    ]);
    expect([logs, ticks]).toEqual([["at b"], expect.arrayContaining([75])]);
  });

  test("fails a task with what it throws, and with an output that cannot cross", async () => {
    const team = await teams.open({ clock });
    door(team);
    point.outpost({ name: "far", capabilities: ["far"], maxLoad: 2 }, (task) => {
      if (task.key === "thrown") throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return new Map();
    });
    await clock.advanceAsync(1_000);
    const failed = failures(team);
    team.orchestrate({ tasks: ["thrown", "unfit"].map((key) => ({ key, needs: ["far"] })) });
    await clock.advanceAsync(100);
    expect(failed).toEqual(["thrown: system_error", "unfit: logic_error"]);
  });

  test("is told of a cancellation and of the end of its time, and is given up when it does not listen", async () => {
    const team = await teams.open({ clock });
    door(team);
    const seen: string[] = [];
    const failed = failures(team);
    const late = gate<string>();
    const { troubles } = point.outpost({ name: "far", capabilities: ["far"] }, (task, ctx) => {
      if (task.key === "deaf") return late.promise;
      return new Promise((_, reject) => {
        ctx.signal.addEventListener("abort", () => {
          seen.push(`${task.key}: ${ctx.signal.reason.errorType}`);
          reject(ctx.signal.reason);
        });
      });
    });
    await clock.advanceAsync(1_000);
    const cancelled = team.orchestrate({ tasks: [{ key: "cancelled", needs: ["far"] }] });
    await clock.advanceAsync(1_000);
    await cancelled.cancel();
    await clock.advanceAsync(1_000);
    const timed = team.orchestrate({ tasks: [{ key: "timed", needs: ["far"], timeoutMs: 5_000 }] });
    await clock.advanceAsync(5_500);
    expect(seen).toEqual(["cancelled: cancelled", "timed: timeout"]);
    expect(failed.at(-1)).toBe("timed: timeout");
    await timed.cancel();
    await clock.advanceAsync(1_000);
    const deaf = team.orchestrate({ tasks: [{ key: "deaf", needs: ["far"], timeoutMs: 5_000 }] });
    await pass(clock, 70_000, 1_000);
    expect(failed.at(-1)).toBe("deaf: timeout");
    await deaf.cancel();
    late.resolve("too late");
    await clock.advanceAsync(1_000);
    // Given up at both ends at the same time: whichever says so first.
    expect(troubles.filter((code) => code !== "LEASE_FENCED")).toEqual([]);
  });

  test("goes on over a break within its lease: the same attempt, and its report is taken", async () => {
    const team = await teams.open({ clock });
    const entrance = door(team);
    const end = gate<string>();
    const fences: number[] = [];
    const { agent, line } = point.outpost({ name: "far", capabilities: ["far"] }, (_, ctx) => {
      fences.push(ctx.attempt.fence);
      return end.promise;
    });
    await clock.advanceAsync(1_000);
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["far"], timeoutMs: 600_000 }] });
    await clock.advanceAsync(1_000);
    line.cut();
    await clock.advanceAsync(10_000);
    expect([agent.state, entrance.attached]).toEqual(["connecting", []]);
    end.resolve("worked on");
    await clock.advanceAsync(10_000);
    line.mend();
    await clock.advanceAsync(20_000);
    expect([agent.state, entrance.attached]).toEqual(["attached", ["far"]]);
    expect((await session.result).outputs).toEqual({ a: "worked on" });
    expect(fences).toHaveLength(1);
    expect((await session.view()).tasks[0]?.attempts).toBe(1);
  });

  test("that stays away too long is lost: its work goes to another, and its report is refused", async () => {
    const team = await teams.open({ clock });
    door(team);
    const end = gate<string>();
    const stops: string[] = [];
    const far = point.outpost({ name: "far", capabilities: ["work"] }, (_, ctx) => {
      ctx.signal.addEventListener("abort", () => stops.push(ctx.signal.reason.errorType));
      return end.promise;
    });
    await clock.advanceAsync(1_000);
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["work"], timeoutMs: 3_600_000 }] });
    await clock.advanceAsync(1_000);
    far.line.cut();
    await pass(clock, 100_000, 1_000);
    expect(await statusOf(team, "far")).toBe("busy unhealthy");
    await pass(clock, 60_000, 1_000);
    expect(await statusOf(team, "far")).toBe("failed unhealthy");
    team.agent("near", { capabilities: ["work"] }, () => "done by near");
    await pass(clock, 60_000, 1_000);
    expect((await session.result).outputs).toEqual({ a: "done by near" });
    far.line.mend();
    await pass(clock, 15_000, 1_000);
    expect([await statusOf(team, "far"), stops]).toEqual(["idle healthy", ["agent_lost"]]);
    end.resolve("too late");
    await clock.advanceAsync(1_000);
    expect(far.troubles.at(-1)).toBe("LEASE_FENCED");
    expect((await session.result).outputs).toEqual({ a: "done by near" });
  });

  test("that is loaded anew is the same agent and does again what it had in hand, under the same fence", async () => {
    const team = await teams.open({ clock });
    door(team);
    const end = gate<string>();
    const seen: string[] = [];
    const first = point.outpost({ name: "page", capabilities: ["far"] }, (task, ctx) => {
      seen.push(`first ${task.key} ${ctx.attempt.number}`);
      return end.promise;
    });
    await clock.advanceAsync(1_000);
    const id = await first.agent.ready;
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["far"] }] });
    await clock.advanceAsync(1_000);
    const second = point.outpost({ name: "page", capabilities: ["far"] }, (task, ctx) => {
      seen.push(`second ${task.key} ${ctx.attempt.number}`);
      return "from the second";
    });
    await clock.advanceAsync(1_000);
    expect(await second.agent.ready).toBe(id);
    expect((await session.result).outputs).toEqual({ a: "from the second" });
    expect(seen).toEqual(["first a 1", "second a 1"]);
    // The page before it, if it still lives somewhere, is over.
    expect((await first.agent.closed)?.code).toBe("AGENT_REPLACED");
    end.resolve("from the first");
    await clock.advanceAsync(1_000);
    expect((await session.view()).tasks[0]?.attempts).toBe(1);
  });

  test("outlives its team: the next owner of the journal takes the report of the same attempt", async () => {
    const store = memoryStore();
    const team = await teams.open({ clock, store });
    const before = door(team);
    const end = gate<string>();
    let begun = 0;
    const { agent } = point.outpost({ name: "far", capabilities: ["far"] }, () => {
      begun += 1;
      return end.promise;
    });
    await clock.advanceAsync(1_000);
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["far"], timeoutMs: 600_000 }] });
    const id = await session.ready;
    await clock.advanceAsync(1_000);
    await before.close();
    await team.close();
    await clock.advanceAsync(1_000);
    expect(agent.state).toBe("connecting");
    const next = await teams.open({ clock, store });
    door(next);
    await clock.advanceAsync(15_000);
    expect(agent.state).toBe("attached");
    end.resolve("kept");
    await clock.advanceAsync(1_000);
    expect((await next.session(id).result).outputs).toEqual({ a: "kept" });
    expect(begun).toBe(1);
  });

  test("talks on the team's bus, where that is the hub: both ways, until its try has ended", async () => {
    const team = await teams.open({ clock });
    const meeting = new MeetingPoint(clock, team.bus);
    acceptAgents(team, team.bus, { clock, admit: () => ({}) });
    const contexts: AgentContext[] = [];
    meeting.outpost({ name: "far", capabilities: ["far"] }, async (_task, ctx) => {
      contexts.push(ctx);
      ctx.respond("far.ask", ({ payload }) => `far says ${payload}`);
      await ctx.publish("news.far", "begun");
      return ctx.request("prices.ask", "tea");
    });
    const heard: unknown[] = [];
    team.bus.subscribe("news.*", ({ payload, source, correlationId }) => heard.push([payload, source, correlationId]));
    const asked = gate<unknown>();
    team.bus.respond("prices.ask", () => asked.promise);
    await clock.advanceAsync(1_000);
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["far"], timeoutMs: 60_000 }] });
    await clock.advanceAsync(1_000);
    const answer = team.bus.request("far.ask", "hello");
    await clock.advanceAsync(1_000);
    expect(await answer).toBe("far says hello");
    expect(heard, "the source is whom the door knows").toEqual([["begun", "visitor", await session.ready]]);
    asked.resolve(4);
    await clock.advanceAsync(1_000);
    expect((await session.result).outputs).toEqual({ a: 4 });
    expect(() => contexts[0]?.publish("news.far", "late")).toThrow(expect.objectContaining({ code: "LEASE_FENCED" }));
    expect(agentRights("x", (action, on) => action === "subscribe" && on === "news")("subscribe", "news")).toBe(true);
    expect(agentRights("x")("subscribe", "news")).toBe(false);
    await meeting.close();
  });

  test("that never comes back to a new owner loses its work to others", async () => {
    const store = memoryStore();
    const team = await teams.open({ clock, store });
    const before = door(team);
    const { agent } = point.outpost({ name: "far", capabilities: ["work"] }, () => new Promise(() => undefined));
    await clock.advanceAsync(1_000);
    const id = await team.orchestrate({ tasks: [{ key: "a", needs: ["work"], timeoutMs: 3_600_000 }] }).ready;
    await clock.advanceAsync(1_000);
    await before.close();
    await team.close();
    void agent.close();
    const next = await teams.open({ clock, store });
    next.agent("near", { capabilities: ["work"] }, () => "done by near");
    await pass(clock, 240_000, 1_000);
    expect((await next.session(id).result).outputs).toEqual({ a: "done by near" });
  });

  test("whose event loop hangs is silent, though it is connected", async () => {
    const team = await teams.open({ clock });
    door(team);
    const { line } = point.outpost({ name: "far", heartbeatMs: 10_000 }, () => 1);
    await clock.advanceAsync(1_000);
    const lost: string[] = [];
    team.events$.subscribe(({ type }) => {
      if (type === "AgentLost") lost.push(type);
    });
    line.publish = () => new Promise(() => undefined);
    line.request = async function* () {
      await new Promise(() => undefined);
      yield* [];
    };
    await pass(clock, 110_000, 1_000);
    expect([await statusOf(team, "far"), lost]).toEqual([expect.stringMatching(/degraded|unhealthy/), []]);
    await pass(clock, 30_000, 1_000);
    expect(lost).toEqual(["AgentLost"]);
  });

  test("lives on for hours, and nothing is written about it", async () => {
    const team = await teams.open({ clock });
    door(team);
    const { troubles } = point.outpost({ name: "far" }, () => 1);
    await clock.advanceAsync(1_000);
    const { lastSeq } = await team.health();
    await pass(clock, 2 * 3_600_000, 10_000);
    expect([await statusOf(team, "far"), (await team.health()).lastSeq]).toEqual(["idle healthy", lastSeq]);
    expect(troubles).toEqual([]);
  });
});

describe("an end", () => {
  test("by its team: it is told, and takes nothing more", async () => {
    const team = await teams.open({ clock });
    door(team);
    const { agent } = point.outpost({ name: "far" }, () => 1);
    await clock.advanceAsync(1_000);
    await team.drain();
    await clock.advanceAsync(1_000);
    expect((await agent.closed)?.code).toBe("AGENT_STOPPED");
  });

  test("by itself, at once: what it had goes to others without waiting", async () => {
    const team = await teams.open({ clock });
    door(team);
    const contexts: AgentContext[] = [];
    const { agent } = point.outpost({ name: "far", capabilities: ["work"], maxLoad: 1 }, (_, ctx) => {
      contexts.push(ctx);
      return new Promise(() => undefined);
    });
    await clock.advanceAsync(1_000);
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["work"] }] });
    await clock.advanceAsync(1_000);
    team.agent("near", { capabilities: ["work"] }, () => "done by near");
    await agent.close();
    await clock.advanceAsync(10_000);
    expect((await session.result).outputs).toEqual({ a: "done by near" });
    expect([contexts[0]?.signal.aborted, await agent.closed, agent.state]).toEqual([true, undefined, "closed"]);
    await agent.close();
  });

  test("by itself, when it has finished what it has", async () => {
    const team = await teams.open({ clock });
    door(team);
    const end = gate<string>();
    const { agent } = point.outpost({ name: "far", capabilities: ["far"] }, () => end.promise);
    await clock.advanceAsync(1_000);
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["far"], timeoutMs: 600_000 }] });
    await clock.advanceAsync(1_000);
    const drained = agent.drain();
    await clock.advanceAsync(1_000);
    expect(await statusOf(team, "far")).toBe("draining healthy");
    end.resolve("finished");
    await clock.advanceAsync(1_000);
    await drained;
    expect([(await session.result).outputs, (await agent.closed)?.code]).toEqual([{ a: "finished" }, "AGENT_STOPPED"]);
    expect(await statusOf(team, "far")).toBe("stopped healthy");
  });
});
