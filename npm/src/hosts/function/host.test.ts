import { describe, expect, it } from "vitest";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { AgentContext, ArtifactKeeper, Perform } from "../agent.ts";
import type { AttemptResult } from "../host.ts";
import { stopReason } from "../stop.ts";
import { attemptOf, RecordingSink } from "../testing/attempts.ts";
import { functionHost } from "./host.ts";

const NEVER = new AbortController().signal;

interface Bench {
  readonly clock: FakeClock;
  readonly sink: RecordingSink;
  readonly stop: AbortController;
  run(perform: Perform, artifacts?: ArtifactKeeper): Promise<AttemptResult>;
}

function bench(): Bench {
  const clock = new FakeClock();
  const sink = new RecordingSink();
  const stop = new AbortController();
  const run = (perform: Perform, artifacts?: ArtifactKeeper): Promise<AttemptResult> =>
    functionHost(perform, { clock, ...(artifacts ? { artifacts } : {}) }).run(attemptOf(), sink, stop.signal);
  return { clock, sink, stop, run };
}

/** Keeps nothing but the promise: resolves when the test says so. */
function keeper(): ArtifactKeeper & { finish: (() => void)[] } {
  const finish: (() => void)[] = [];
  const keep = (name: string): Promise<{ name: string; path: string; bytes: number; sha256: string }> =>
    new Promise((resolve) => finish.push(() => resolve({ name, path: `/kept/${name}`, bytes: 1, sha256: "00" })));
  return { finish, keep };
}

describe("function host", () => {
  it("answers what the function returns or resolves with, and how long it took", async () => {
    const { clock, run } = bench();
    expect(await run(() => ({ sum: 3 }))).toEqual({
      ok: true,
      output: { sum: 3 },
      metrics: { execution_time: 0 },
      artifacts: [],
      usage: { memoryPeakBytes: null, cpuMs: null, diskBytes: null },
      durationMs: 0,
    });
    const later = run(() => new Promise((resolve) => clock.after(1_500, () => resolve("late"))));
    await clock.advanceAsync(1_500);
    expect(await later).toMatchObject({
      ok: true,
      output: "late",
      durationMs: 1_500,
      metrics: { execution_time: 1.5 },
    });
    expect(await run(() => undefined)).not.toHaveProperty("output");
  });

  it("gives the function its task, its try and its recovery", async () => {
    const recovery = { level: 1, action: "reduce_dataset", errorType: "memory_error" };
    const seen: unknown[] = [];
    const perform: Perform = (task, ctx) => {
      seen.push(task.key, task.input, ctx.attempt.id, ctx.attempt.number, ctx.attempt.fence, ctx.recovery);
    };
    const host = functionHost(perform, { clock: new FakeClock() });
    await host.run(attemptOf({ input: { n: 1 }, number: 2, recovery }), new RecordingSink(), NEVER);
    expect(seen).toEqual(["A1", { n: 1 }, "task_1.7", 2, 7, recovery]);
  });

  it("turns what is thrown, now or later, into the error of the attempt", async () => {
    const { run } = bench();
    const thrown = (): never => {
      throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    };
    expect(await run(thrown)).toMatchObject({ ok: false, error: { type: "system_error", message: "no such file" } });
    const rejected = async (): Promise<never> => thrown();
    expect(await run(rejected)).toMatchObject({ ok: false, error: { type: "system_error" } });
  });

  it("refuses an output JSON cannot hold, and says where", async () => {
    const { run } = bench();
    expect(await run(() => ({ rows: [{ price: Number.NaN }] }))).toMatchObject({
      ok: false,
      error: { type: "logic_error", code: "HOST_OUTPUT_INVALID", message: "output.rows[0].price is NaN" },
    });
    expect(await run(async () => new Map())).toMatchObject({ ok: false, error: { code: "HOST_OUTPUT_INVALID" } });
  });

  it("abandons a function that ignores its signal, and discards what it does later", async () => {
    const { clock, sink, stop, run } = bench();
    let answer: (value: string) => void = () => undefined;
    let ctx: AgentContext | undefined;
    const running = run((_task, given) => {
      ctx = given;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    stop.abort(stopReason("timeout", "600 s are over"));
    await clock.advanceAsync(999);
    expect(clock.timers).toBe(1);
    await clock.advanceAsync(1);
    const result = await running;
    expect(result).toMatchObject({
      ok: false,
      durationMs: 1_000,
      error: { type: "timeout", code: "HOST_ABANDONED", message: expect.stringContaining("600 s are over") },
    });
    answer("too late");
    ctx?.progress(99);
    ctx?.metric("m", 1);
    ctx?.log.info("still here");
    await clock.settle();
    expect([sink.progressed, sink.logged, result.metrics]).toEqual([[], [], { execution_time: 1 }]);
    expect(clock.timers).toBe(0);
  });

  it("lets a function end by itself within the grace period", async () => {
    const { clock, stop, run } = bench();
    const polite: Perform = (_task, ctx) =>
      new Promise((_resolve, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    const running = run(polite);
    stop.abort(stopReason("cancelled", "the session was cancelled"));
    expect(await running).toMatchObject({
      ok: false,
      error: { type: "cancelled", message: "the session was cancelled" },
    });
    expect(clock.timers).toBe(0);
  });

  it("takes a result that comes within the grace period", async () => {
    const { clock, stop, run } = bench();
    const running = run(() => new Promise((resolve) => clock.after(500, () => resolve("made it"))));
    stop.abort();
    await clock.advanceAsync(500);
    expect(await running).toMatchObject({ ok: true, output: "made it" });
  });

  it("does not start a function whose attempt was already ended", async () => {
    const { stop, run } = bench();
    stop.abort("enough");
    let started = false;
    const result = await run(() => {
      started = true;
    });
    expect(started).toBe(false);
    expect(result).toMatchObject({ ok: false, error: { type: "timeout", message: "enough" } });
  });

  it("makes a signal that was first asked for after the abort an aborted one", async () => {
    const { stop, run } = bench();
    const running = run(async (_task, ctx) => {
      stop.abort("early");
      return ctx.signal.aborted;
    });
    expect(await running).toMatchObject({ ok: true, output: true });
  });

  it("passes on at most ten progress reports a second, the first at once and always the latest", async () => {
    const { clock, sink, run } = bench();
    let end: (value?: unknown) => void = () => undefined;
    const running = run(async (_task, ctx) => {
      for (let i = 1; i <= 100; i++) {
        ctx.progress(i);
        await new Promise<void>((resolve) => clock.after(10, resolve));
      }
      ctx.progress({ percentage: 250, message: "over" });
      ctx.progress(Number.NaN);
      await new Promise((resolve) => {
        end = resolve;
      });
    });
    await clock.advanceAsync(1_200);
    expect(sink.progressed.length).toBeLessThanOrEqual(12);
    expect(sink.progressed[0]).toEqual({ percentage: 1 });
    expect(sink.progressed.at(-1)).toEqual({ percentage: 100, message: "over" });
    end();
    await running;
  });

  it("passes requests for more time on while the try runs, and says what they are refused with", async () => {
    const { run, sink } = bench();
    const contexts: AgentContext[] = [];
    const result = await run(async (_, ctx) => {
      contexts.push(ctx);
      await ctx.extend(5_000);
      sink.refusal = new Error("no more");
      return ctx.extend(6_000).catch((error: Error) => error.message);
    });
    expect([result.output, sink.extended]).toEqual(["no more", [5_000]]);
    await expect(contexts[0]?.extend(1)).rejects.toMatchObject({ code: "LEASE_FENCED" });
  });

  it("collects metrics and refuses those that break the rules", async () => {
    const { run } = bench();
    const result = await run((_task, ctx) => {
      ctx.metric("speedup", 1.8);
      ctx.metric("execution_time", 77);
      for (const [name, value] of [
        ["", 1],
        ["x".repeat(257), 1],
        ["two\nlines", 1],
        ["nan", Number.NaN],
      ] as const) {
        expect(() => ctx.metric(name, value)).toThrow(expect.objectContaining({ code: "HOST_METRIC_INVALID" }));
      }
      for (let i = 0; i < 61; i++) ctx.metric(`m${i}`, i);
      expect(() => ctx.metric("one too many", 1)).toThrow(expect.objectContaining({ code: "HOST_METRIC_INVALID" }));
      ctx.metric("speedup", 1.9);
    });
    expect(result.metrics).toMatchObject({ speedup: 1.9, m60: 60, execution_time: 0 });
    expect(Object.keys(result.metrics)).toHaveLength(63);
  });

  it("waits for artifacts, also those the function did not wait for", async () => {
    const { clock, run } = bench();
    const artifacts = keeper();
    let settled = false;
    const running = run((_task, ctx) => {
      void ctx.artifact("a.txt", "text");
      return "done";
    }, artifacts).then((result) => {
      settled = true;
      return result;
    });
    await clock.settle();
    expect(settled).toBe(false);
    for (const finish of artifacts.finish) finish();
    expect(await running).toMatchObject({ ok: true, output: "done", artifacts: [{ name: "a.txt" }] });
  });

  it("fails a try whose artifact could not be kept, and keeps those of a try that fails", async () => {
    const { run } = bench();
    const broken: ArtifactKeeper = {
      keep: () => Promise.reject(Object.assign(new Error("disk full"), { code: "ENOSPC" })),
    };
    const careless: Perform = (_task, ctx) => {
      void ctx.artifact("a", "text");
    };
    expect(await run(careless, broken)).toMatchObject({ ok: false, error: { type: "resource_exhaustion" } });
    expect(await run(careless)).toMatchObject({ ok: false, error: { code: "HOST_ARTIFACT_UNSUPPORTED" } });
    const unnamed: Perform = (_task, ctx) => ctx.artifact("", "text");
    expect(await run(unnamed, keeper())).toMatchObject({ ok: false, error: { code: "HOST_ARTIFACT_FAILED" } });
    const artifacts = keeper();
    const failing = run(async (_task, ctx) => {
      await ctx.artifact("trace.log", "text");
      throw new Error("after it");
    }, artifacts);
    artifacts.finish[0]?.();
    expect(await failing).toMatchObject({ ok: false, artifacts: [{ name: "trace.log" }] });
  });

  it("ends what runs when it is closed, and refuses what comes after", async () => {
    const clock = new FakeClock();
    const signals: AbortSignal[] = [];
    const host = functionHost(
      (_task, ctx) => {
        signals.push(ctx.signal);
        return new Promise(() => undefined);
      },
      { clock },
    );
    const running = host.run(attemptOf(), new RecordingSink(), NEVER);
    await host.close();
    await host.close();
    expect(await running).toMatchObject({ ok: false, error: { type: "cancelled", code: "HOST_CLOSED" } });
    expect(signals[0]?.aborted).toBe(true);
    expect(await host.run(attemptOf(), new RecordingSink(), NEVER)).toMatchObject({ error: { code: "HOST_CLOSED" } });
    expect(signals).toHaveLength(1);
  });

  it("survives a thenable that misbehaves", async () => {
    const { run } = bench();
    // biome-ignore lint/suspicious/noThenProperty: a hostile promise
    const trap = Object.defineProperty({}, "then", {
      get: () => {
        throw new Error("trap");
      },
    });
    expect(await run(() => trap)).toMatchObject({ ok: false, error: { message: "trap" } });
    // biome-ignore lint/suspicious/noThenProperty: a foreign promise
    const twice = { then: (yes: (value: unknown) => void) => [yes(1), yes(2)] };
    expect(await run(() => twice)).toMatchObject({ ok: true, output: 1 });
  });
});
