import { afterEach, describe, expect, test } from "vitest";
import type { PolyphonError } from "../errors/error.ts";
import { memoryDisk } from "../stores/memory/memory-disk.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { type AppendFault, faultyStore } from "../testing/faulty-store.ts";
import { loadKernel } from "../wasm/node.ts";
import type { OpenOptions } from "./options.ts";
import { Team } from "./team.ts";

const module = loadKernel();
const platform = { loadModule: () => module, directory: async () => "/nowhere" };
const open: Team[] = [];

async function openTeam(options: OpenOptions = {}): Promise<Team> {
  const team = await Team.open(platform, { module, ...options });
  open.push(team);
  return team;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((team) => team.close()));
});

/** A store whose next append fails as told. */
function treacherous(disk = memoryDisk()): { store: ReturnType<typeof memoryStore>; next: { fault?: AppendFault } } {
  const next: { fault?: AppendFault } = {};
  const store = faultyStore(memoryStore({ disk }), {
    append: () => {
      const { fault } = next;
      delete next.fault;
      return fault;
    },
  });
  return { store, next };
}

describe("a team", () => {
  test("tells whoever subscribed at once of everything that happened, from the first event on", async () => {
    const team = await openTeam();
    await team.agent("worker", (_, ctx) => ctx.log.info("at work")).ready;
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    const types: string[] = [];
    const seqs: number[] = [];
    const lines: string[] = [];
    session.events$.subscribe(({ type, seq }) => {
      types.push(type);
      seqs.push(seq);
    });
    session.logs$.subscribe(({ text }) => lines.push(text));
    await session.result;
    expect(types).toEqual(["SessionOpened", "TaskAdded", "TaskGranted", "TaskCompleted", "SessionEnded"]);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(lines).toEqual(["at work"]);
  });

  test("says of a plan that failed which task it was, and why", async () => {
    const team = await openTeam();
    team.agent("worker", () => {
      throw Object.assign(new Error("no such host"), { errorType: "build_error" });
    });
    const session = team.orchestrate({ tasks: [{ key: "fetch" }], recovery: { maxRetries: 0 } });
    const { status, reason } = await session.result;
    expect(status).toBe("failed");
    expect(reason).toBe("0 of 1 tasks completed: 1 failed, 0 skipped; fetch: build_error: no such host");
  });

  test("runs a plan in the order of its dependencies and hands outputs back", async () => {
    const team = await openTeam();
    const order: string[] = [];
    team.agent("worker", (task) => {
      order.push(task.key);
      return { saw: task.input };
    });
    const { result } = team.orchestrate({
      tasks: [{ key: "b", after: ["a"] }, { key: "a" }, { key: "c", after: ["b"], input: 7 }],
      input: "shared",
    });
    const { status, outputs } = await result;
    expect(status).toBe("completed");
    expect(order).toEqual(["a", "b", "c"]);
    expect(outputs).toEqual({ a: { saw: "shared" }, b: { saw: "shared" }, c: { saw: 7 } });
  });

  test("refuses a circle with its path before anything runs", async () => {
    const team = await openTeam();
    const session = team.orchestrate({
      tasks: [
        { key: "a", after: ["b"] },
        { key: "b", after: ["a"] },
      ],
    });
    await expect(session.result).rejects.toMatchObject({ code: "TASK_CYCLE" });
    await expect(session.ready).rejects.toMatchObject({ code: "TASK_CYCLE" });
  });

  test("hands a large plan in parts and runs it whole", async () => {
    const team = await openTeam();
    team.agent("worker", { maxLoad: 1000 }, (task) => task.key);
    const tasks = Array.from({ length: 2_500 }, (_, index) => ({ key: `t${index}` }));
    const { status, outputs } = await team.orchestrate({ tasks }).result;
    expect(status).toBe("completed");
    expect(Object.keys(outputs)).toHaveLength(2_500);
  });

  test("refuses a large plan whole when one part of it is wrong", async () => {
    const team = await openTeam();
    team.agent("worker", (task) => task.key);
    const tasks = Array.from({ length: 1_500 }, (_, index) => ({ key: `t${index % 1_499}` }));
    await expect(team.orchestrate({ tasks }).result).rejects.toMatchObject({ code: "TASK_DUPLICATE" });
    const views = await Promise.all(team.sessions().map((session) => session.view()));
    expect(views.map((view) => view.status)).toEqual(["cancelled"]);
  });

  test("carries long inputs and outputs outside its events", async () => {
    const team = await openTeam();
    const long = "x".repeat(100_000);
    team.agent("worker", (task) => `${task.input as string}!`);
    const { outputs } = await team.orchestrate({ tasks: [{ key: "a", input: long }] }).result;
    expect(outputs.a).toBe(`${long}!`);
    expect((await team.health()).payloadBytes).toBeGreaterThan(200_000);
  });

  test("answers a repeated call with the same session, and refuses the key for another plan", async () => {
    const team = await openTeam();
    team.agent("worker", (task) => task.key);
    const plan = { tasks: [{ key: "a" }] };
    const first = team.orchestrate(plan, { idempotencyKey: "once" });
    const again = team.orchestrate(plan, { idempotencyKey: "once" });
    expect(await again.ready).toBe(await first.ready);
    expect((await again.result).status).toBe("completed");
    const other = team.orchestrate({ tasks: [{ key: "b" }] }, { idempotencyKey: "once" });
    await expect(other.ready).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
  });

  test("tries a failed task again after the delay, on the clock it was given", async () => {
    const clock = new FakeClock();
    const team = await openTeam({ clock });
    let tries = 0;
    team.agent("worker", () => {
      tries += 1;
      if (tries === 1) throw Object.assign(new Error("no route"), { errorType: "network_error" });
      return tries;
    });
    const session = team.orchestrate({ tasks: [{ key: "a" }], recovery: { retryDelayMs: 1_000 } });
    const waiting = session.events$.pipe();
    await new Promise<void>((resolve) => {
      const subscription = waiting.subscribe((event) => {
        if (event.type !== "TaskAttemptFailed") return;
        subscription.unsubscribe();
        resolve();
      });
    });
    expect(tries).toBe(1);
    clock.advance(60_000);
    expect((await session.result).outputs).toEqual({ a: 2 });
  });

  test("cancels what has not ended", async () => {
    const team = await openTeam();
    team.agent(
      "worker",
      (_, ctx) => new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason))),
    );
    const session = team.orchestrate({ tasks: [{ key: "a" }, { key: "b", after: ["a"] }] });
    await session.ready;
    await session.cancel("enough");
    expect(await session.result).toMatchObject({ status: "cancelled", reason: "enough" });
    expect((await session.view()).tasks.map((task) => task.status)).toEqual(["cancelled", "cancelled"]);
  });

  test("answers every call after its end with a clear error", async () => {
    const team = await openTeam();
    await team.close();
    expect(() => team.orchestrate({ tasks: [] })).toThrowError(expect.objectContaining({ code: "RUNTIME_DISPOSED" }));
    await team.close();
  });
});

describe("an append that fails", () => {
  test("leaves nothing behind when it did not reach the disk, and the call can be repeated", async () => {
    const { store, next } = treacherous();
    const team = await openTeam({ store });
    team.agent("worker", (task) => task.key);
    next.fault = "fail";
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    const error = (await session.ready.catch((failure: unknown) => failure)) as PolyphonError;
    expect(error).toMatchObject({ code: "STORE_IO", retryable: true });
    expect(team.sessions()).toHaveLength(0);
    expect((await team.orchestrate({ tasks: [{ key: "a" }] }).result).status).toBe("completed");
  });

  test("is an acknowledgement all the same when it had reached the disk", async () => {
    const { store, next } = treacherous();
    const team = await openTeam({ store });
    team.agent("worker", (task) => task.key);
    next.fault = "fail-after-write";
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    expect(await session.ready).toMatch(/^session_/);
    expect((await session.result).outputs).toEqual({ a: "a" });
    expect(team.sessions()).toHaveLength(1);
  });

  test("of a result is made good: the task is neither lost nor done twice in the journal", async () => {
    for (const fault of ["fail", "fail-after-write"] as const) {
      const { store, next } = treacherous();
      const team = await openTeam({ store });
      let runs = 0;
      team.agent("worker", (task) => {
        runs += 1;
        if (runs === 1) next.fault = fault;
        return task.key;
      });
      const session = team.orchestrate({ tasks: [{ key: "a" }] });
      expect((await session.result).outputs).toEqual({ a: "a" });
      const completed: number[] = [];
      for await (const frame of store.read(1)) completed.push(frame.length);
      expect(completed.length).toBeGreaterThan(0);
      await team.close();
    }
  });
});

describe("a journal that is opened again", () => {
  test("goes on where it was, and runs nothing again whose result it has", async () => {
    const disk = memoryDisk();
    const runs: string[] = [];
    const first = await openTeam({ store: memoryStore({ disk }) });
    let stuck: (() => void) | undefined;
    first.agent("worker", (task) => {
      runs.push(task.key);
      return task.key === "b" ? new Promise<void>((resolve) => (stuck = resolve)) : task.key;
    });
    const session = first.orchestrate({
      tasks: [{ key: "a" }, { key: "b", after: ["a"] }, { key: "c", after: ["b"] }],
    });
    const id = await session.ready;
    for await (const progress of session.progress$) if (progress.completed === 1 && "b" in progress.running) break;
    await first.close();
    stuck?.();

    const second = await openTeam({ store: memoryStore({ disk }) });
    second.agent("worker", (task) => {
      runs.push(task.key);
      return task.key;
    });
    const { status } = await second.session(id).result;
    expect(status).toBe("completed");
    expect(runs).toEqual(["a", "b", "b", "c"]);
  });

  for (const fault of ["fail", "fail-after-write"] as const) {
    test(`leaves what the dead process worked on alone until the journal is taken over (append: ${fault})`, async () => {
      const disk = memoryDisk();
      const first = await openTeam({ store: memoryStore({ disk }) });
      first.agent("worker", () => new Promise<void>(() => {}));
      const session = first.orchestrate({ tasks: [{ key: "a" }] });
      const id = await session.ready;
      for await (const progress of session.progress$) if ("a" in progress.running) break;
      await first.close();

      const { store, next } = treacherous(disk);
      next.fault = fault;
      const second = await openTeam({ store });
      second.agent("worker", () => "done");
      expect(await second.session(id).result).toMatchObject({ status: "completed" });
      const [task] = (await second.session(id).view()).tasks;
      expect(task?.history).toMatchObject([
        { outcome: "lost", error: { type: "agent_lost" } },
        { outcome: "completed", error: null },
      ]);
    });
  }
});
