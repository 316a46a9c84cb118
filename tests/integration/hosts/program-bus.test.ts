import { afterAll, afterEach, expect, test } from "vitest";
import { Bus } from "../../../npm/src/bus/bus.ts";
import type { PolyphonError } from "../../../npm/src/errors/error.ts";
import { RecordingSink } from "../../../npm/src/hosts/testing/attempts.ts";
import { Bench, until } from "./harness.ts";

const bench = new Bench();
const open: Bus[] = [];
afterAll(() => bench.close());
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});

function busOf(options: ConstructorParameters<typeof Bus>[0] = {}): Bus {
  const bus = new Bus(options);
  open.push(bus);
  return bus;
}

const line = (type: string, members: object): string => JSON.stringify({ type, ...members });

/** Runs the fixture with these steps. */
function start(bus: Bus | undefined, steps: readonly string[], signal?: AbortSignal, sink = new RecordingSink()) {
  const attempt = { bus, sessionId: "session_9", graceMs: 5_000 };
  const parts = { program: { bus: true }, attempt, sink, ...(signal === undefined ? {} : { signal }) };
  return bench.fixture("bus.mjs", steps, parts);
}

interface Output {
  readonly heard: Record<string, unknown>[];
  readonly isEnded: boolean;
}

test("a program publishes under the name of its agent and hears what it subscribed to", async () => {
  const bus = busOf();
  const seen: unknown[] = [];
  bus.subscribe("news.*", ({ subject, payload, source, correlationId, headers, priority }) => {
    seen.push({ subject, payload, source, correlationId, headers, priority });
    if (subject === "news.first") bus.publish("answers.one", { n: 1 }, { headers: { lang: "en" } });
  });
  const { result } = await start(bus, [
    line("subscribe", { id: "s", pattern: "answers.>" }),
    "await subscribed",
    line("publish", { subject: "news.first", payload: [1, 2], headers: { a: "b" }, priority: "high" }),
    "await message",
    line("unsubscribe", { id: "s" }),
    line("publish", { subject: "news.last" }),
  ]);
  expect(seen).toMatchObject([
    {
      ...{ subject: "news.first", payload: [1, 2], source: "agent_1", correlationId: "session_9" },
      ...{ headers: { a: "b" }, priority: "high" },
    },
    { subject: "news.last", payload: undefined },
  ]);
  expect(result).toMatchObject({ ok: true });
  expect((result.output as Output).heard).toEqual([
    { type: "subscribed", id: "s" },
    {
      ...{ type: "message", subscription: "s", subject: "answers.one", payload: { n: 1 }, headers: { lang: "en" } },
      ...{ source: expect.any(String), id: expect.any(String) },
    },
  ]);
});

test("requests are answered, or say why not", async () => {
  const bus = busOf();
  bus.respond("double", ({ payload }) => (payload as number) * 2);
  const { result } = await start(bus, [
    line("request", { id: "r1", subject: "double", payload: 21 }),
    "await response",
    line("request", { id: "r2", subject: "nobody", timeoutMs: 1_000 }),
    "await response",
  ]);
  expect((result.output as Output).heard).toEqual([
    { type: "response", id: "r1", ok: true, payload: 42 },
    { type: "response", id: "r2", ok: false, error: expect.objectContaining({ code: "REQUEST_NO_RESPONDER" }) },
  ]);
});

test("a program answers requests until it is asked to end, which ends its input; those it left open are told", async () => {
  const bus = busOf();
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  bus.subscribe("ready", () => ready.resolve());
  const subscribing = [line("subscribe", { id: "s", pattern: "echo", respond: true }), "await subscribed"];
  const running = start(bus, [...subscribing, line("publish", { subject: "ready" }), "echo"], stop.signal);
  await ready.promise;
  const options = { retries: 0, timeoutMs: 20_000 };
  expect(await bus.request("echo", "hello", options)).toBe("echo hello");
  await expect(bus.request("echo", "fail", options)).rejects.toMatchObject({ message: "no such thing" });
  const cancel = new AbortController();
  const cancelled = bus.request("echo", "silence", { ...options, signal: cancel.signal });
  cancel.abort(new Error("enough"));
  await expect(cancelled).rejects.toThrow("enough");
  const left = bus.request("echo", "silence", options).catch((error: PolyphonError) => error.message);
  stop.abort(new Error("the work was cancelled"));
  const { result } = await running;
  expect(result.ok).toBe(false);
  expect(await left).toContain("ended");
});

test("what the bus refuses, or is beyond the bounds of a program, is told by the line's id", async () => {
  const bus = busOf({ access: () => false });
  const many = Array.from({ length: 64 }, (_, n) => line("subscribe", { id: `s${n}`, pattern: `a.${n}` }));
  const { result } = await start(bus.as("anybody"), [line("publish", { id: "p", subject: "a.b" }), "await refused"]);
  expect((result.output as Output).heard).toEqual([
    { type: "refused", line: "publish", id: "p", error: expect.objectContaining({ code: "BUS_DENIED" }) },
  ]);
  const free = busOf();
  const { result: second } = await start(free, [
    ...many,
    line("subscribe", { id: "s1", pattern: "again" }),
    "await refused",
    line("subscribe", { id: "one more", pattern: "a.>" }),
    "await refused",
    line("unsubscribe", { id: "s1" }),
    line("subscribe", { id: "bad", pattern: "a..b" }),
    "await refused",
  ]);
  const refused = (second.output as Output).heard.filter(({ type }) => type === "refused");
  expect(refused).toMatchObject([
    { id: "s1", error: { message: expect.stringContaining("already") } },
    { id: "one more", error: { code: "BUS_BACKPRESSURE" } },
    { id: "bad", error: { code: "PROTOCOL_SUBJECT_INVALID" } },
  ]);
});

test("a program that does not read holds nobody up", async () => {
  const bus = busOf();
  const stop = new AbortController();
  const running = start(bus, [line("subscribe", { id: "s", pattern: "flood" }), "sleep"], stop.signal);
  await until(() => bus.hub.own.hears("flood"));
  const payload = "x".repeat(10_000);
  for (let n = 0; n < 5_000; n++) expect(bus.publish("flood", payload)).toBeUndefined();
  expect(bus.statistics.dropped).toBeGreaterThan(3_000);
  stop.abort(new Error("enough"));
  expect((await running).result.ok).toBe(false);
});

test("lines beyond a line's length are kept from the program, and whoever asked hears of it", async () => {
  const bus = busOf();
  bus.respond("long", () => "x".repeat(2_000_000));
  const sink = new RecordingSink();
  const { result } = await start(
    bus,
    [line("request", { id: "r", subject: "long" }), "await response"],
    undefined,
    sink,
  );
  expect((result.output as Output).heard).toMatchObject([{ ok: false, error: { code: "REQUEST_FAILED" } }]);
  expect(sink.logged.some(({ text }) => text.includes("kept from the program"))).toBe(true);
});

test("without a bus, and without saying so, lines of the bus are problems and nothing else", async () => {
  const unsaid = await bench.fixture("bus.mjs", [line("publish", { subject: "a" })], {
    program: { results: [{ format: "jsonl" }] },
  });
  expect(unsaid.result).toMatchObject({ ok: true });
  expect(unsaid.sink.logged.map(({ text }) => text).join()).toContain("`bus` of the program is not set");
  const { result } = await start(undefined, [line("publish", { subject: "a" }), "await refused"]);
  expect((result.output as Output).heard).toMatchObject([{ error: { code: "HOST_BUS_UNSUPPORTED" } }]);
  const wrong = await bench.fixture("bus.mjs", [], { program: { bus: "yes" as never } });
  expect(wrong.result).toMatchObject({ ok: false, error: { code: "HOST_PROGRAM_INVALID" } });
});

test.each([
  ["publish", {}, "subject"],
  ["publish", { subject: "a", id: "" }, "id"],
  ["subscribe", { id: "s" }, "pattern"],
  ["subscribe", { pattern: "a" }, "id"],
  ["unsubscribe", {}, "id"],
  ["request", { id: "r" }, "subject"],
  ["request", { subject: "a" }, "id"],
  ["request", { id: "r", subject: "a", timeoutMs: 0 }, "timeoutMs"],
  ["reply", {}, "reply"],
])("a line %s %j breaks a rule by name", async (type, members, rule) => {
  const { sink } = await start(busOf(), [line(type, members)]);
  expect(sink.logged.some(({ text }) => text.startsWith(type) && text.includes(rule))).toBe(true);
});
