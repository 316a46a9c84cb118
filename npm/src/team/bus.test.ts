import { afterEach, describe, expect, test } from "vitest";
import { Bus } from "../bus/bus.ts";
import type { Message } from "../bus/message.ts";
import type { AgentContext } from "../hosts/agent.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryTransport } from "../transports/memory/memory-transport.ts";
import { pass, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

interface Notification {
  readonly level: string;
  readonly title: string;
  readonly data: { readonly event: string; readonly task: string | null };
}

describe("agents on the bus of their team", () => {
  test("publish, ask and listen under their own name while they work", async () => {
    const team = await teams.open();
    const heard: unknown[] = [];
    team.bus.subscribe("drafts.*", ({ subject, payload, source, correlationId }) => {
      heard.push([subject, payload, source, correlationId]);
    });
    team.bus.respond<string>("prices.ask", ({ payload }) => (payload === "tea" ? 3 : 5));
    const writer = team.agent("writer", async (_, ctx) => {
      const reviews: unknown[] = [];
      ctx.subscribe("reviews", ({ payload }) => reviews.push(payload));
      ctx.respond("status", () => "writing");
      await ctx.publish("drafts.first", { words: 10 });
      team.bus.publish("reviews", "good");
      const lines: string[] = [];
      for await (const line of ctx.requestMany<string>("lines")) lines.push(line);
      return {
        price: await ctx.request("prices.ask", "tea"),
        status: await team.bus.request("status"),
        reviews,
        lines,
      };
    });
    team.bus.respond("lines", async function* () {
      yield "one";
      yield "two";
    });
    const session = team.orchestrate({ tasks: [{ key: "write" }] });
    const { outputs } = await session.result;
    expect(outputs.write).toEqual({ price: 3, status: "writing", reviews: ["good"], lines: ["one", "two"] });
    expect(heard).toEqual([["drafts.first", { words: 10 }, await writer.ready, session.id]]);
    // What the try had subscribed to ended with it.
    expect(team.bus.statistics.subscriptions).toBe(3);
    await expect(team.bus.request("status")).rejects.toMatchObject({ code: "REQUEST_NO_RESPONDER" });
  });

  test("are heard no more once the try has ended, and what follows from a message is correlated as that is", async () => {
    const team = await teams.open();
    let kept: AgentContext | undefined;
    team.agent("writer", async (_, ctx) => {
      kept = ctx;
      await ctx.publish("first");
      ctx.subscribe<string>("orders", (cause) =>
        ctx.publish("confirmed", cause.payload, { cause, headers: { a: "b" } }),
      );
      await team.bus.publish("orders", "tea", { correlationId: "order-7" });
    });
    const seen: unknown[] = [];
    team.bus.subscribe("confirmed", ({ correlationId, headers }) => seen.push([correlationId, headers.a]));
    await team.orchestrate({ tasks: [{ key: "write" }] }).result;
    expect(seen).toEqual([["order-7", "b"]]);
    expect(() => kept?.publish("late")).toThrowError(expect.objectContaining({ code: "LEASE_FENCED" }));
    expect(() => kept?.subscribe("late", () => undefined)).toThrowError(
      expect.objectContaining({ code: "LEASE_FENCED" }),
    );
    await expect(kept?.request("late")).rejects.toMatchObject({ code: "LEASE_FENCED" });
    await team.bus.publish("orders", "late");
    expect(seen).toHaveLength(1);
  });

  test("have their requests ended when they are asked to end", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    let asked: Message | undefined;
    team.bus.respond("slow", (message) => {
      asked = message;
      return new Promise<void>((resolve) => message.signal.addEventListener("abort", () => resolve()));
    });
    let reason: unknown;
    team.agent("writer", async (_, ctx) => {
      try {
        await ctx.request("slow", null, { timeoutMs: 60_000 });
      } catch (error) {
        reason = (error as { readonly errorType?: string }).errorType;
        throw error;
      }
    });
    const session = team.orchestrate({ tasks: [{ key: "write" }] });
    await session.ready;
    for (let turn = 0; turn < 20 && asked === undefined; turn++) await pass(clock, 10, 10);
    void session.cancel();
    await pass(clock, 1_000);
    expect(asked?.signal.aborted).toBe(true);
    expect(reason).toBe("cancelled");
    expect((await session.result).status).toBe("cancelled");
  });

  test("have the rights of their name", async () => {
    const access = (who: string, action: string, subject: string): boolean =>
      who === "chief" || !(action === "publish" ? subject.startsWith("orders") : subject === "secrets");
    const team = await teams.open({ bus: { access } });
    const codes = async (ctx: AgentContext): Promise<unknown[]> => {
      const tries = [
        () => ctx.publish("orders.new", 1),
        () => ctx.subscribe("secrets", () => undefined) && undefined,
        () => ctx.publish("news", 1),
        () => ctx.request("orders.ask"),
      ];
      const outcomes: unknown[] = [];
      for (const each of tries) {
        try {
          await each();
          outcomes.push("done");
        } catch (error) {
          outcomes.push((error as { readonly code: string }).code);
        }
      }
      return outcomes;
    };
    team.agent("clerk", { capabilities: ["file"] }, (_, ctx) => codes(ctx));
    team.agent("chief", { capabilities: ["lead"] }, (_, ctx) => codes(ctx));
    const { outputs } = await team.orchestrate({
      tasks: [
        { key: "file", needs: ["file"] },
        { key: "lead", needs: ["lead"] },
      ],
    }).result;
    expect(outputs).toEqual({
      file: ["BUS_DENIED", "BUS_DENIED", "done", "BUS_DENIED"],
      lead: ["done", "done", "done", "REQUEST_NO_RESPONDER"],
    });
  });
});

describe("the standing topics", () => {
  test("carry what happens, what agents write, their signs of life, what is urgent and what everybody should know", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const events: Message<{ readonly name: string; readonly task: string | null }>[] = [];
    const beats: unknown[] = [];
    const lines: unknown[] = [];
    const urgent: Message<Notification>[] = [];
    const told: string[] = [];
    team.bus.subscribe<{ readonly name: string; readonly task: string | null }>("events", (each) => events.push(each));
    team.bus.subscribe("heartbeat", ({ payload, kind, source }) => beats.push([kind, source, payload]));
    team.bus.subscribe<{ readonly text: string }>("default", ({ payload }) => lines.push(payload.text));
    team.bus.subscribe<Notification>("priority", (each) => urgent.push(each));
    // A broadcast reaches every member of a group.
    for (const member of ["a", "b"])
      team.bus.subscribe<Notification>("broadcast", ({ payload }) => told.push(`${member}: ${payload.data.event}`), {
        group: "everybody",
      });
    const id = await team.agent("ada", (_, ctx) => {
      ctx.log.info("at work");
      throw new Error("no");
    }).ready;
    await pass(clock, 30_000);
    expect(beats[0]).toEqual([
      "heartbeat",
      id,
      { status: "healthy", sequence: 0, intervalMs: 30_000, load: 0, agent: "ada" },
    ]);
    const session = team.orchestrate({
      tasks: [{ key: "work" }],
      recovery: { maxRetries: 0, escalationThreshold: 1 },
    });
    const sessionId = await session.ready;
    await pass(clock, 1_000);
    expect(lines).toEqual(["at work"]);
    const names = events.map(({ payload }) => payload.name);
    expect(names).toEqual(
      expect.arrayContaining(["AgentRegistered", "SessionOpened", "TaskGranted", "EscalationRaised"]),
    );
    const granted = events.find(({ payload }) => payload.name === "TaskGranted");
    expect(granted).toMatchObject({ kind: "event", correlationId: sessionId, payload: { task: "work" } });
    expect(urgent.map(({ payload, priority }) => [payload.data.event, payload.data.task, priority])).toEqual([
      ["EscalationRaised", "work", "critical"],
    ]);
    const [escalation] = await team.escalations();
    await team.decide(escalation?.id ?? "", "abort");
    await session.result;
    expect(urgent.at(-1)?.payload).toMatchObject({ level: "info", title: "a human was asked: abort" });
    await team.close();
    expect(told).toEqual(["a: TeamClosing", "b: TeamClosing"]);
  });

  test("are said to other nodes too, and nothing is made where nobody is", async () => {
    await using far = new Bus({ node: "far" });
    const seen: unknown[] = [];
    far.subscribe<{ readonly name: string }>("events", ({ payload, source }) => seen.push([payload.name, source]));
    const team = await teams.open({ node: "near", bus: { transport: memoryTransport(far) } });
    await team.agent("ada", () => 1).ready;
    expect(seen).toContainEqual(["AgentRegistered", "near"]);
    expect(team.bus.health()).toMatchObject({ state: "up", node: "near", transport: { kind: "memory" } });
    await team.close();
  });

  test("hold nobody up: one who takes nothing loses what it has no room for", async () => {
    const team = await teams.open();
    const stuck = team.bus.subscribe("events", () => new Promise(() => undefined), {
      credit: 1,
      queue: 2,
      overflow: "block",
    });
    team.agent("ada", () => 1);
    const tasks = Array.from({ length: 20 }, (_, n) => ({ key: `t${n}` }));
    expect((await team.orchestrate({ tasks }).result).status).toBe("completed");
    expect(stuck.statistics.waiting).toBeGreaterThan(2);
    expect(team.bus.health().state).toBe("degraded");
    stuck.unsubscribe();
  });
});

describe("the end of a team", () => {
  test("waits for handlers, then takes nothing", async () => {
    const team = await teams.open();
    const { bus } = team;
    let release = (): void => undefined;
    let done = false;
    bus.subscribe("work", async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      done = true;
    });
    await bus.publish("work");
    const closed = team.close();
    await Promise.resolve();
    expect(done).toBe(false);
    release();
    await closed;
    expect(done).toBe(true);
    expect(() => bus.publish("work")).toThrowError(expect.objectContaining({ code: "BUS_CLOSED" }));
    expect(() => team.bus).toThrowError(expect.objectContaining({ code: "RUNTIME_DISPOSED" }));
  });

  test("does not wait for ever for one who never ends", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    team.bus.subscribe("work", () => new Promise(() => undefined));
    await team.bus.publish("work");
    let closed = false;
    const closing = team.close().then(() => {
      closed = true;
    });
    await pass(clock, 4_000);
    expect(closed).toBe(false);
    await pass(clock, 2_000);
    await closing;
  });

  test("a drained team drains its bus, and tells of what handlers throw", async () => {
    const errors: string[] = [];
    const team = await teams.open({ onError: ({ message }) => errors.push(message) });
    const { bus } = team;
    bus.subscribe("work", () => {
      throw new Error("broken");
    });
    await bus.publish("work");
    expect(errors).toEqual(["broken"]);
    await team.drain();
    expect(() => bus.publish("work")).toThrowError(expect.objectContaining({ code: "BUS_CLOSED" }));
  });
});
