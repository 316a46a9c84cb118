import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Bus } from "../../../npm/src/bus/bus.ts";
import { PolyphonError } from "../../../npm/src/errors/error.ts";
import type { AgentHost, AgentSetup, Attempt, AttemptResult } from "../../../npm/src/hosts/host.ts";
import { stopReason } from "../../../npm/src/hosts/stop.ts";
import { attemptOf, RecordingSink } from "../../../npm/src/hosts/testing/attempts.ts";
import { type WorkerHostOptions, workerHost } from "../../../npm/src/hosts/worker/host.ts";
import { systemClock } from "../../../npm/src/runtime/clock.ts";
import { FIXTURES, until } from "./harness.ts";

const artifacts = mkdtempSync(join(tmpdir(), "polyphon-worker-"));
const hosts: AgentHost[] = [];
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  rmSync(artifacts, { recursive: true, force: true });
});

function hostOf(options: Partial<WorkerHostOptions> = {}): AgentHost {
  const host = workerHost({
    clock: systemClock(),
    module: join(FIXTURES, "agents.mjs"),
    size: 2,
    artifacts,
    ...options,
  });
  hosts.push(host);
  return host;
}

interface Started {
  readonly sink: RecordingSink;
  readonly stop: AbortController;
  readonly result: Promise<AttemptResult>;
}

function start(host: AgentHost, what: string, attempt: Partial<Attempt> = {}, extra: object = {}): Started {
  const sink = new RecordingSink();
  const stop = new AbortController();
  return { sink, stop, result: host.run(attemptOf({ ...attempt, input: { do: what, ...extra } }), sink, stop.signal) };
}

const shared = hostOf();
const run = (what: string, attempt: Partial<Attempt> = {}): Promise<AttemptResult> =>
  start(shared, what, attempt).result;

describe("worker host", () => {
  it("performs attempts in threads, and uses a thread again", async () => {
    const host = hostOf({ size: 1 });
    const outputs = [await start(host, "where").result, await start(host, "where").result].map(({ output }) => output);
    expect(outputs).toEqual([
      { main: false, threadId: expect.any(Number), calls: 1 },
      { main: false, threadId: (outputs[0] as { threadId: number }).threadId, calls: 2 },
    ]);
  });

  it("passes a request for more time out of the thread and its answer in", async () => {
    const { sink, result } = start(shared, "extend", {}, { ms: 5_000 });
    sink.extend = async (ms) => {
      if (ms === 1) throw new PolyphonError("LEASE_REVOKED", { message: "it was asked to stop" });
      sink.extended.push(ms);
    };
    expect(await result).toMatchObject({ ok: true, output: ["PolyphonError", "LEASE_REVOKED", false] });
    expect(sink.extended).toEqual([5_000]);
  });

  it("gives the agent the bus of its team, under its own name and with its own rights, until it ends", async () => {
    await using bus = new Bus({ node: "home", access: (who, _, subject) => who !== "clerk" || subject !== "secret" });
    bus.respond("prices.ask", () => 3);
    const asked: unknown[] = [];
    bus.subscribe("questions.*", (message) => {
      asked.push([message.subject, message.payload, message.source, message.correlationId]);
      if (message.subject === "questions.one") void bus.publish("answers.one", "yes", { cause: message });
    });
    const { result } = start(shared, "bus", { agentId: "agent_7", bus: bus.as("clerk") });
    expect(await result).toMatchObject({
      ok: true,
      output: { price: 3, denied: "BUS_DENIED", gone: "REQUEST_NO_RESPONDER", heard: [["answers.one", "yes", "home"]] },
    });
    expect(asked).toEqual([
      ["questions.one", 1, "agent_7", "session_1"],
      ["questions.last", 2, "agent_7", "session_1"],
    ]);
    expect(bus.statistics.subscriptions).toBe(2);
    expect(await start(shared, "bus").result).toMatchObject({ ok: false, error: { code: "HOST_BUS_UNSUPPORTED" } });
  });

  it("passes what the agent keeps into the thread and out of it", async () => {
    const { sink, result } = start(shared, "state", { state: async () => ({ count: 4 }) });
    sink.saveState = async (value) => {
      if (value === "refused") throw new PolyphonError("AGENT_STATE_INVALID", { message: "too much" });
      sink.saved.push(value);
    };
    const output = [{ count: 4 }, { count: 5 }, "AGENT_STATE_INVALID", "PAYLOAD_INVALID"];
    expect(await result).toMatchObject({ ok: true, output });
    expect(sink.saved).toEqual([{ count: 5 }]);
  });

  it("prepares an agent in each of its threads before it works, and puts it away", async () => {
    const host = hostOf({ module: join(FIXTURES, "prepared-agent.mjs"), size: 1 });
    const setup = (agentId: string, config: unknown, signal = new AbortController().signal): AgentSetup => ({
      agentId,
      name: `name of ${agentId}`,
      config,
      signal,
      state: async () => 4,
    });
    await host.start?.(setup("a", 1));
    await host.start?.(setup("b", 2));
    const [a, b] = await Promise.all(["a", "b"].map((agentId) => start(host, "", { agentId }).result));
    const instance = { name: "name of a", config: 1, threadId: expect.any(Number), state: 4 };
    expect(a?.output).toEqual({ instance, config: 1, threadId: expect.any(Number) });
    const threads = [a, b].map((result) => {
      const output = result?.output as { instance: { threadId: number }; threadId: number } | undefined;
      return [output?.instance.threadId, output?.threadId];
    });
    expect(threads[0]?.[0]).toBe(threads[0]?.[1]);
    expect(threads[0]?.[0]).not.toBe(threads[1]?.[0]);
    await host.stop?.(setup("a", 1));
    await host.stop?.(setup("b", 2));
  });

  it("says why an agent could not be prepared, and ends a thread that takes too long", async () => {
    const module = join(FIXTURES, "prepared-agent.mjs");
    const setup = (config: unknown, signal: AbortSignal): AgentSetup => ({
      agentId: "a",
      name: "a",
      config,
      signal,
      state: async () => undefined,
    });
    const never = new AbortController().signal;
    await expect(hostOf({ module }).start?.(setup({ fails: true }, never))).rejects.toThrow("no model");
    const late = AbortSignal.timeout(300);
    await expect(hostOf({ module }).start?.(setup({ hangs: true }, late))).rejects.toMatchObject({
      name: "TimeoutError",
    });
    const broken = hostOf({ exportName: "nobody" });
    await expect(broken.start?.(setup(1, never))).rejects.toMatchObject({ code: "HOST_MODULE_INVALID" });
    const clinging = hostOf({ module });
    await clinging.start?.(setup({ clings: true }, never));
    const soon = AbortSignal.timeout(300);
    await expect(clinging.stop?.(setup({ clings: true }, soon))).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("gives the agent its task, its try and its recovery", async () => {
    const recovery = { level: 1, action: "reduce_dataset", errorType: "memory_error" };
    const { result } = start(shared, "echo", { number: 3, recovery }, { n: 5 });
    expect(await result).toMatchObject({
      ok: true,
      output: { key: "A1", n: 5, attempt: 3, recovery: "reduce_dataset" },
    });
  });

  it("gives the agent what came before it and what its session shares", async () => {
    const outputs = async (): Promise<Record<string, unknown>> => ({ before: [1, 2] });
    const context = async (): Promise<Record<string, unknown>> => ({ region: "north" });
    const { result } = start(shared, "values", { outputs, context });
    expect((await result).output).toEqual({ outputs: { before: [1, 2] }, context: { region: "north" } });
    expect((await run("values")).output).toEqual({ outputs: {}, context: {} });
  });

  it("passes on progress, log, prints, metrics, artifacts and what was used", async () => {
    const { sink, result } = start(shared, "work");
    const done = await result;
    expect(done).toMatchObject({
      ok: true,
      output: "done",
      metrics: { speedup: 2 },
      artifacts: [{ name: "notes.txt", bytes: 10 }],
    });
    expect(readFileSync(done.artifacts[0]?.path ?? "", "utf8")).toBe("some notes");
    expect(done.usage.cpuMs).toBeGreaterThanOrEqual(80);
    expect(sink.progressed.length).toBeGreaterThan(2);
    expect(sink.progressed.length).toBeLessThanOrEqual(10);
    const said = sink.logged.map(({ level, text }) => `${level} ${text}`);
    expect(said).toContain("debug step 50");
    expect(said).toContain("info printed");
  });

  it("turns what the agent throws, and what is no JSON, into an error", async () => {
    expect(await run("throw")).toMatchObject({ ok: false, error: { type: "network_error", message: "no route" } });
    expect(await run("map")).toMatchObject({ ok: false, error: { code: "HOST_OUTPUT_INVALID" } });
  });

  it("lets an agent stop by itself and keeps its thread", async () => {
    const host = hostOf({ size: 1 });
    const before = (await start(host, "where").result).output;
    const { stop, result } = start(host, "polite", { graceMs: 30_000 });
    stop.abort(stopReason("cancelled", "the session was cancelled"));
    expect(await result).toMatchObject({
      ok: false,
      error: { type: "cancelled", message: "the session was cancelled" },
    });
    expect((await start(host, "where").result).output).toEqual({ ...(before as object), calls: 2 });
  });

  it.each(["spin", "hang"])("ends the thread of an agent that does not stop: %s", async (what) => {
    const host = hostOf({ size: 1 });
    const { sink, stop, result } = start(host, what, { graceMs: 150 });
    await until(() => sink.progressed.length > 0);
    const abortedAt = performance.now();
    stop.abort(stopReason("timeout", "60 s are over"));
    expect(await result).toMatchObject({ ok: false, error: { type: "timeout", code: "HOST_ABANDONED" } });
    expect(performance.now() - abortedAt).toBeGreaterThanOrEqual(145);
    expect(await start(host, "where").result).toMatchObject({ ok: true, output: { calls: 1 } });
  });

  it("hears signs of life of threads whose event loop turns, and of no other", async () => {
    const host = hostOf({ size: 2 });
    expect(await host.alive?.("agent_1")).toBe(true);
    const waiting = start(host, "hang", { graceMs: 50 });
    await until(() => waiting.sink.progressed.length > 0);
    expect(await host.alive?.("agent_1")).toBe(true);
    expect(waiting.sink.used.at(-1)).toMatchObject({ memoryBytes: expect.any(Number), memoryPeakBytes: null });
    const hung = start(host, "spin", { agentId: "agent_2", graceMs: 200 });
    await until(() => hung.sink.progressed.length > 0);
    let heard = false;
    const asked = Promise.resolve(host.alive?.("agent_2")).then(() => {
      heard = true;
    });
    expect(await host.alive?.("agent_1")).toBe(true);
    expect(heard).toBe(false);
    for (const { stop } of [hung, waiting]) stop.abort(stopReason("timeout", "60 s are over"));
    await Promise.all([hung.result, waiting.result]);
    // Its end was reported; who is asked about it from now on is not kept waiting.
    await asked;
    expect(await host.alive?.("agent_2")).toBe(true);
  });

  it("survives an agent that runs out of heap, ends its thread or lets an error escape", async () => {
    const resources = { memoryMb: 64, cpuCores: 1, diskMb: 0 };
    expect(await run("hog", { resources })).toMatchObject({
      ok: false,
      error: { type: "memory_error", code: "HOST_MEMORY_LIMIT" },
    });
    expect(await run("exit")).toMatchObject({
      ok: false,
      error: { type: "system_error", code: "HOST_WORKER_CRASHED", message: "the thread ended with exit code 7" },
    });
    expect(await run("crash")).toMatchObject({
      ok: false,
      error: { type: "system_error", code: "HOST_WORKER_CRASHED", message: "the thread crashed: nobody caught me" },
    });
    expect(await run("where")).toMatchObject({ ok: true });
  });

  it("says what is wrong with a module", async () => {
    const module = (name: string, exportName = "default"): Promise<AttemptResult> =>
      start(hostOf({ module: join(FIXTURES, name), exportName }), "where").result;
    expect(await module("nowhere.mjs")).toMatchObject({ ok: false, error: { type: "import_error" } });
    expect(await module("agent-without-module.mjs")).toMatchObject({ ok: false, error: { type: "import_error" } });
    const invalid = { ok: false, error: { type: "logic_error", code: "HOST_MODULE_INVALID" } };
    expect(await module("agents.mjs", "notAFunction")).toMatchObject(invalid);
    expect(await module("agents.mjs", "toString")).toMatchObject(invalid);
  });

  it("has attempts wait for a thread, and lets go of one that is ended while it waits", async () => {
    const host = hostOf({ size: 1 });
    const first = start(host, "polite");
    const second = start(host, "where");
    const third = start(host, "where");
    second.stop.abort(stopReason("cancelled", "not needed"));
    expect(await second.result).toMatchObject({ ok: false, error: { type: "cancelled", message: "not needed" } });
    first.stop.abort();
    expect(await first.result).toMatchObject({ ok: false });
    expect(await third.result).toMatchObject({ ok: true, output: { calls: 1 } });
  });

  it("gives a task with another memory limit another thread, within the size of the pool", async () => {
    const host = hostOf({ size: 1 });
    const threadOf = async (memoryMb: number): Promise<unknown> =>
      (await start(host, "where", { resources: { memoryMb, cpuCores: 1, diskMb: 0 } }).result).output;
    const [small, large, again] = [await threadOf(64), await threadOf(128), await threadOf(128)] as {
      threadId: number;
      calls: number;
    }[];
    expect(large?.threadId).not.toBe(small?.threadId);
    expect(again).toEqual({ ...large, calls: 2 });
  });

  it("does not drown in what an agent prints", async () => {
    const { sink, result } = start(shared, "chatter");
    expect(await result).toMatchObject({ ok: true });
    expect(sink.logged.length).toBeLessThan(1_000);
    expect(sink.logged.some(({ text }) => text.includes("lines were left out"))).toBe(true);
  });

  it("ends everything when it is closed, and refuses what comes after", async () => {
    const host = hostOf({ size: 1 });
    const busy = start(host, "spin", { graceMs: 100 });
    await until(() => busy.sink.progressed.length > 0);
    const waiting = start(host, "where");
    await host.close();
    await host.close();
    expect(await busy.result).toMatchObject({ ok: false, error: { type: "cancelled" } });
    expect(await waiting.result).toMatchObject({
      ok: false,
      error: { type: "cancelled", message: "the host was closed" },
    });
    expect(await start(host, "where").result).toMatchObject({ ok: false, error: { code: "HOST_CLOSED" } });
  });
});
