import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { PolyphonError } from "../errors/error.ts";
import type { AgentContext } from "../hosts/agent.ts";
import { FunctionContext } from "../hosts/function/context.ts";
import type { Attempt, AttemptSink } from "../hosts/host.ts";
import type { Stop } from "../hosts/stop.ts";
import type { Session } from "../sessions/session.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { faultyStore } from "../testing/faulty-store.ts";
import { loadKernel } from "../wasm/node.ts";
import { Team } from "./team.ts";
import { pass, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

const LONG = "x".repeat(300);

async function refusal(promise: Promise<unknown>): Promise<PolyphonError> {
  return promise.then(
    (value) => {
      throw new Error(`accepted: ${JSON.stringify(value)}`);
    },
    (error: PolyphonError) => error,
  );
}

describe("values of a session", () => {
  test("are read as they were written last, short and long", async () => {
    const team = await teams.open();
    const { shared } = team.openSession({ name: "notes" }).state;
    expect(await shared.get("plan")).toBeUndefined();
    const first = await shared.set("plan", { step: 1 });
    const second = await shared.set("plan", { step: 2, text: LONG });
    expect(second).toBeGreaterThan(first);
    expect(await shared.get("plan")).toEqual({ step: 2, text: LONG });
    expect(await shared.entry("plan")).toMatchObject({ name: "plan", version: second, expiresMs: null });
    await shared.set("other", 7);
    expect((await shared.list()).map(({ name, value }) => [name, typeof value])).toEqual([
      ["other", "number"],
      ["plan", "object"],
    ]);
    expect(await shared.list("pl")).toHaveLength(1);
    expect(await shared.delete("plan")).toBe(true);
    expect(await shared.delete("plan")).toBe(false);
    expect(await shared.get("plan")).toBeUndefined();
  });

  test("cannot be changed in the hands of a reader", async () => {
    const team = await teams.open();
    const { shared } = team.openSession().state;
    await shared.set("plan", { steps: [1] });
    const plan = (await shared.get<{ steps: number[] }>("plan")) as { steps: number[] };
    expect(() => plan.steps.push(2)).toThrow(TypeError);
    expect(await shared.get("plan")).toEqual({ steps: [1] });
  });

  test("are written on top of the version that was expected, or not at all", async () => {
    const team = await teams.open();
    const { shared } = team.openSession().state;
    const version = await shared.set("plan", 1, { expectedVersion: 0 });
    const error = await refusal(shared.set("plan", 2, { expectedVersion: version - 1 }));
    expect(error).toMatchObject({ code: "VALUE_CONFLICT", retryable: true });
    expect(error.details).toMatchObject({ scope: "shared", name: "plan", version: String(version) });
    await shared.set("plan", 2, { expectedVersion: version });
    expect(await shared.get("plan")).toBe(2);
  });

  test("lose no update, however many write at once", async () => {
    const team = await teams.open();
    const { shared } = team.openSession().state;
    const add = (): Promise<number> => shared.update<number>("count", (count = 0) => count + 1);
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await shared.get("count")).toBe(20);
  });

  test("have scopes that do not meet", async () => {
    const team = await teams.open();
    const { shared, temporary } = team.openSession().state;
    const session = team.openSession().state;
    await session.shared.set("a", "shared");
    await session.temporary.set("a", "temporary");
    await session.private("ann").set("a", "private");
    expect(await session.shared.get("a")).toBe("shared");
    expect(await session.temporary.get("a")).toBe("temporary");
    expect(await session.private("ann").get("a")).toBe("private");
    expect(await session.private("ben").get("a")).toBeUndefined();
    expect(await shared.get("a")).toBeUndefined();
    expect(await temporary.get("a")).toBeUndefined();
    expect((await refusal(session.shared.set("a", 1, { ttlMs: 5 }))).code).toBe("VALUE_INVALID");
  });

  test("are gone when their time is over, for readers at once", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const { temporary } = team.openSession().state;
    await temporary.set("draft", "x", { ttlMs: 1_000 });
    await clock.advanceAsync(999);
    expect(await temporary.get("draft")).toBe("x");
    await pass(clock, 2_000, 500);
    expect(await temporary.get("draft")).toBeUndefined();
    expect(await temporary.list()).toEqual([]);
    const history = await temporary.history("draft");
    expect(history.map(({ deleted, by, why }) => [deleted, by, why])).toEqual([
      [false, "", ""],
      [true, "", "its time is over"],
    ]);
  });

  test("tell who wrote them, when and why, also after a restart, and go back to what they were", async () => {
    const clock = new FakeClock();
    const store = memoryStore();
    const team = await teams.open({ clock, store });
    const session = team.openSession();
    const id = await session.ready;
    const first = await session.state.shared.set("plan", { text: LONG }, { why: "a start", actor: "ann" });
    await clock.advanceAsync(5_000);
    await session.state.shared.set("plan", "worse", { why: "a mistake", actor: "ben" });
    await team.close();
    const later = (await teams.open({ clock, store })).session(id).state.shared;
    const history = await later.history("plan");
    expect(history.map(({ version, by, why, value }) => [version, by, why, typeof value])).toEqual([
      [first, "ann", "a start", "object"],
      [expect.any(Number), "ben", "a mistake", "string"],
    ]);
    expect((history[1]?.timeMs ?? 0) - (history[0]?.timeMs ?? 0)).toBe(5_000);
    await later.restore("plan", first, { actor: "cem" });
    expect(await later.get("plan")).toEqual({ text: LONG });
    expect((await later.history("plan")).at(-1)).toMatchObject({ by: "cem", why: `restores version ${first}` });
    expect((await refusal(later.restore("plan", first - 1))).code).toBe("VALUE_INVALID");
  });

  test("fit the schema of their key, on the way in and out", async () => {
    const team = await teams.open();
    const { shared } = team.openSession().state;
    const count = shared.key("count", z.number().int());
    await count.set(3);
    expect(await count.update((value = 0) => value + 1)).toBe(4);
    expect((await refusal(count.set(0.5))).code).toBe("VALUE_INVALID");
    expect(await count.get()).toBe(4);
    await shared.set("count", "four");
    expect((await refusal(count.get())).message).toContain('"count" does not fit its schema');
  });

  test("stay within their quota", async () => {
    const team = await teams.open({ values: { keys: 2, valueBytes: 400 } });
    const { shared } = team.openSession().state;
    await shared.set("a", 1);
    expect((await refusal(shared.set("b", LONG + LONG))).code).toBe("VALUE_LIMIT");
    await shared.set("b", LONG);
    expect((await refusal(shared.set("c", 1))).code).toBe("VALUE_LIMIT");
    await shared.delete("a");
    await shared.set("c", 1);
  });

  test("are read after the end of their session, and not written", async () => {
    const team = await teams.open();
    const session = team.openSession();
    await session.state.shared.set("plan", LONG);
    await session.close();
    expect((await session.result).status).toBe("completed");
    expect(await session.state.shared.get("plan")).toBe(LONG);
    expect((await refusal(session.state.shared.set("plan", 1))).code).toBe("SESSION_ENDED");
  });

  test("that could not be stored are not there, and can be written again", async () => {
    const faults: ("fail" | undefined)[] = [];
    const store = faultyStore(memoryStore(), { append: () => faults.pop() });
    const team = await teams.open({ store });
    const { shared } = team.openSession().state;
    await shared.set("plan", 1);
    faults.push("fail");
    expect((await refusal(shared.set("plan", 2))).code).toBe("STORE_IO");
    expect(await shared.get("plan")).toBe(1);
    await shared.set("plan", 2);
    expect(await shared.get("plan")).toBe(2);
  });
});

describe("transactions", () => {
  async function accounts(session: Session): Promise<void> {
    await session.state.begin().set("from", 100).set("to", 0).commit();
  }

  test("happen as a whole, over scopes and locks", async () => {
    const team = await teams.open();
    const session = team.openSession();
    await accounts(session);
    const { state } = session;
    const lock = await state.lock("books");
    const pay = state.begin({ why: "a debt" }).under(lock);
    pay.set("from", ((await pay.get<number>("from")) ?? 0) - 30).set("to", 30);
    pay
      .add({ scope: "private", agent: "ann", name: "paid", value: true })
      .release(lock)
      .acquire("receipt", { owner: "ann" });
    expect(await pay.get("to")).toBe(30);
    expect(await state.shared.get("to")).toBe(0);
    await pay.commit();
    expect([await state.shared.get("from"), await state.shared.get("to")]).toEqual([70, 30]);
    expect(await state.private("ann").get("paid")).toBe(true);
    expect((await state.locks()).map(({ name, owner }) => [name, owner])).toEqual([["receipt", "ann"]]);
    expect((await refusal(pay.commit())).code).toBe("VALUE_INVALID");
  });

  test("are refused as a whole when anything they read has changed, which is named", async () => {
    const team = await teams.open();
    const session = team.openSession();
    await accounts(session);
    const { state } = session;
    const pay = state.begin();
    await pay.get("from");
    pay.set("to", 30);
    await state.shared.set("from", 5);
    const error = await refusal(pay.commit());
    expect(error).toMatchObject({ code: "VALUE_CONFLICT", details: { name: "from" } });
    expect(await state.shared.get("to")).toBe(0);
  });

  test("that read what is not there are refused when it came", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    const claim = state.begin();
    expect(await claim.get("owner")).toBeUndefined();
    claim.set("owner", "ann");
    await state.shared.set("owner", "ben");
    expect((await refusal(claim.commit())).code).toBe("VALUE_CONFLICT");
  });

  test("are as if one came after the other", async () => {
    const team = await teams.open();
    const session = team.openSession();
    await accounts(session);
    const { state } = session;
    const move = (from: string, to: string, sum: number): Promise<void> =>
      state.transact(async (all) => {
        const [has, had] = [(await all.get<number>(from)) ?? 0, (await all.get<number>(to)) ?? 0];
        all.set(from, has - sum).set(to, had + sum);
      });
    await Promise.all([...Array(10).keys()].flatMap((n) => [move("from", "to", n), move("to", "from", 1)]));
    const [from, to] = [await state.shared.get<number>("from"), await state.shared.get<number>("to")];
    expect([from, to]).toEqual([100 - 45 + 10, 45 - 10]);
  });

  test("leave nothing behind when they are rolled back, or throw", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    const given = state.begin().set("a", 1);
    given.rollback();
    expect((await refusal(given.commit())).code).toBe("VALUE_INVALID");
    const thrown = state.transact((all) => {
      all.set("a", 1);
      throw new Error("no");
    });
    await expect(thrown).rejects.toThrow("no");
    expect(await state.shared.list()).toEqual([]);
  });

  test("hand private values from agent to agent", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    await state.private("ann").set("a", 1);
    await state.private("ann").set("b", 2);
    expect(await state.propagate({ from: "ann", to: "ben" })).toEqual(["a", "b"]);
    expect(await state.private("ben").get("b")).toBe(2);
    expect((await state.private("ben").history("b"))[0]?.why).toBe("handed on by ann");
  });
});

describe("locks", () => {
  test("are handed on in turn, and what was held is fenced", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    const first = await state.lock("plan");
    const order: string[] = [];
    const [second, third] = ["second", "third"].map((name) =>
      state.lock("plan").then((lock) => {
        order.push(name);
        return lock;
      }),
    );
    expect((await refusal(state.lock("plan", { waitMs: 0 }))).code).toBe("LOCK_HELD");
    await state.shared.set("plan", 1, { fence: first.fence });
    await first.release();
    const held = await second;
    expect(held?.fence).toBeGreaterThan(first.fence);
    expect((await refusal(state.shared.set("plan", 2, { fence: first.fence }))).code).toBe("LEASE_FENCED");
    await held?.release();
    await (await third)?.release();
    expect(order).toEqual(["second", "third"]);
    expect(await state.locks()).toEqual([]);
  });

  test("can be shared, but not with whoever wants one alone", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    const readers = await Promise.all([state.lock("plan", { shared: true }), state.lock("plan", { shared: true })]);
    const writer = state.lock("plan");
    const late = state.lock("plan", { shared: true });
    await Promise.all(readers.map((reader) => reader.release()));
    const held = await writer;
    expect((await state.locks()).map(({ shared, fence }) => [shared, fence !== null])).toEqual([
      [true, false],
      [false, true],
    ]);
    await held.release();
    await (await late).release();
  });

  test("are refused in a circle, which is named", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    await using a = await state.lock("a", { owner: "ann" });
    await using b = await state.lock("b", { owner: "ben" });
    const waiting = state.lock("b", { owner: "ann" });
    const error = await refusal(state.lock("a", { owner: "ben" }));
    expect(error).toMatchObject({ code: "LOCK_DEADLOCK", retryable: true });
    expect(error.details).toMatchObject({ cycle: "ben → a → ann → b → ben" });
    await b.release();
    await (await waiting).release();
    expect(a.signal.aborted).toBe(false);
  });

  test("are lost when their time is over, unless they are extended, and say so", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const { state } = team.openSession();
    const lock = await state.lock("plan", { leaseMs: 1_000 });
    await clock.advanceAsync(900);
    await lock.extend(1_000);
    await clock.advanceAsync(900);
    expect(lock.signal.aborted).toBe(false);
    await pass(clock, 400, 100);
    expect(lock.signal.aborted).toBe(true);
    expect(lock.signal.reason).toMatchObject({ code: "LEASE_FENCED", details: { cause: "expired" } });
    expect((await refusal(lock.extend(1_000))).code).toBe("LEASE_FENCED");
    await lock.release();
  });

  test("are taken by force, and whoever had one hears of it", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    const lock = await state.lock("plan");
    const taken = await state.lock("plan", { force: true });
    expect(lock.signal.reason).toMatchObject({ details: { cause: "taken_over" } });
    expect(taken.fence).toBeGreaterThan(lock.fence);
  });

  test("are waited for as long as was said, or until it is called off", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const { state } = team.openSession();
    const held = await state.lock("plan", { leaseMs: 60_000 });
    const late = refusal(state.lock("plan", { waitMs: 1_000 }));
    const controller = new AbortController();
    const given = state.lock("plan", { signal: controller.signal });
    given.catch(() => undefined);
    await clock.advanceAsync(500);
    controller.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    await pass(clock, 1_000, 100);
    expect((await late).code).toBe("LOCK_HELD");
    await held.release();
    await clock.advanceAsync(10);
    expect(await state.locks()).toEqual([]);
  });

  test("end with their session, for those who hold and those who wait", async () => {
    const team = await teams.open();
    const session = team.openSession();
    const held = await session.state.lock("plan");
    const waiting = refusal(session.state.lock("plan"));
    await session.close();
    expect((await waiting).code).toBe("SESSION_ENDED");
    expect(held.signal.reason).toMatchObject({ code: "SESSION_ENDED" });
  });

  test("and those who wait hear of the end of their team", async () => {
    const team = await teams.open();
    const { state } = team.openSession();
    const held = await state.lock("plan");
    const waiting = refusal(state.lock("plan"));
    await state.locks();
    await team.close();
    expect((await waiting).code).toBe("RUNTIME_DISPOSED");
    expect(held.signal.aborted).toBe(true);
  });

  test("outlive their team for their full time, and no fence comes again", async () => {
    const clock = new FakeClock();
    const store = memoryStore();
    const first = await teams.open({ clock, store });
    const session = first.openSession();
    const id = await session.ready;
    const lock = await session.state.lock("plan", { leaseMs: 5_000, owner: "ann" });
    await first.close();
    await clock.advanceAsync(4_000);
    const { state } = (await teams.open({ clock, store })).session(id);
    expect(await state.locks()).toMatchObject([{ name: "plan", owner: "ann", fence: lock.fence }]);
    const next = state.lock("plan");
    await pass(clock, 4_900, 100);
    expect(await state.locks()).toHaveLength(2);
    await pass(clock, 200, 100);
    expect((await next).fence).toBeGreaterThan(lock.fence);
  });
});

describe("an agent", () => {
  test("shares what it finds with the tasks behind it, and keeps its own", async () => {
    const team = await teams.open();
    const finds = async ({ key }: { key: string }, { session }: AgentContext): Promise<unknown> => {
      await session.private().set("last", key);
      return session.shared.update<string[]>("found", (found = []) => [...found, key]);
    };
    await team.agent("finder", finds).ready;
    const plan = { tasks: [{ key: "a" }, { key: "b", after: ["a"] }] };
    const session = team.orchestrate(plan);
    expect((await session.result).outputs.b).toEqual(["a", "b"]);
    expect(await session.state.private("finder").get("last")).toBe("b");
    expect((await session.state.shared.history("found")).map(({ by }) => by)).toEqual(["finder", "finder"]);
  });

  test("loses its locks with its try, and writes nothing afterwards", async () => {
    const team = await teams.open();
    const kept: AgentContext[] = [];
    const tells = Promise.withResolvers<void>();
    await team.agent("holder", async (_task, ctx) => {
      kept.push(ctx);
      await ctx.session.lock("plan");
      tells.resolve();
    }).ready;
    const session = team.orchestrate({ tasks: [{ key: "a" }, { key: "z", needs: ["nobody"] }] });
    await session.ready;
    await tells.promise;
    await using lock = await session.state.lock("plan");
    expect(lock.fence).toBeGreaterThan(0);
    const late = kept[0]?.session as AgentContext["session"];
    expect((await refusal(late.shared.set("a", 1))).code).toBe("LEASE_FENCED");
    expect((await refusal(late.lock("other"))).code).toBe("LEASE_FENCED");
  });

  test("without a team has nothing to share", async () => {
    const { clock, sink } = { clock: new FakeClock(), sink: {} as AttemptSink };
    const ctx = new FunctionContext({} as Attempt, sink, {} as Stop, {
      clock,
      artifacts: undefined,
      instance: () => 0,
    });
    expect(() => ctx.session).toThrow(expect.objectContaining({ code: "HOST_STATE_UNSUPPORTED" }));
  });

  test("has no business with private values of another, and takes no lock from anybody", async () => {
    const team = await teams.open();
    await team.agent("nosy", async (_task, { session }) => [
      (await refusal(session.private("other").set("a", 1))).code,
      (await refusal(session.lock("plan", { force: true }))).code,
    ]).ready;
    const { outputs } = await team.orchestrate({ tasks: [{ key: "a" }] }).result;
    expect(outputs.a).toEqual(["VALUE_INVALID", "LOCK_INVALID"]);
  });
});

describe("what is shared", () => {
  test("comes back from a snapshot, with its locks, and tells its history from the journal or the archive", async () => {
    const clock = new FakeClock();
    const store = memoryStore();
    const open = async (): Promise<Team> => {
      const platform = { loadModule: loadKernel, directory: async () => "/nowhere", snapshotEvents: 10 };
      return Team.open(platform, { store, clock, retention: { events: 20 } });
    };
    const team = await open();
    const session = team.openSession();
    const id = await session.ready;
    const { shared } = session.state;
    const first = await shared.set("plan", { text: LONG }, { why: "a start", actor: "ann" });
    await session.state.private("ann").set("own", 1);
    const lock = await session.state.lock("plan", { leaseMs: 1_000_000 });
    for (let n = 0; n < 100; n++) await shared.set("count", n);
    await clock.advanceAsync(1_000);
    await team.close();
    const later = await open();
    expect((await store.latestSnapshot())?.seq).toBeGreaterThan(first);
    const { state } = later.session(id);
    expect(await state.shared.get("plan")).toEqual({ text: LONG });
    expect(await state.private("ann").get("own")).toBe(1);
    expect(await state.shared.entry("plan")).toMatchObject({ version: first });
    expect(await state.locks()).toMatchObject([{ name: "plan", fence: lock.fence }]);
    await state.shared.set("count", 100, { fence: lock.fence });
    const history = await state.shared.history("plan");
    expect(history).toMatchObject([{ version: first, by: "ann", why: "a start", value: { text: LONG } }]);
    const counts = await state.shared.history("count");
    expect(counts.map(({ value }) => value)).toEqual(Array.from({ length: 32 }, (_, n) => 69 + n));
    await later.close();
  });
});
