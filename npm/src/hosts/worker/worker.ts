/** The inside of a worker thread: performs one attempt at a time with the function of a module. */

import { getHeapStatistics } from "node:v8";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import type { AgentCode } from "../agent.ts";
import { fileArtifactKeeper } from "../artifacts/file-keeper.ts";
import { FunctionHost, type FunctionHostOptions } from "../function/host.ts";
import type { AgentSetup, Attempt, AttemptResult, AttemptSink } from "../host.ts";
import { Reporter } from "../reporter.ts";
import { stopReason } from "../stop.ts";
import { attemptError } from "../thrown.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import type { ThreadAttempt, ThreadData, ThreadOrder, ThreadReport } from "./messages.ts";
import { Requests } from "./requests.ts";
import { ThreadBus } from "./thread-bus.ts";

/** The host outside ends the thread: inside, a function that ignores its signal is never given up. */
const NO_GRACE_INSIDE_MS = Number.MAX_SAFE_INTEGER;

/** Time that printed text gets to leave the thread, in milliseconds. */
const FLUSH_MS = 1_000;

const port = parentPort;
if (port) serve(workerData as ThreadData, systemClock(), (report, transfer) => port.postMessage(report, transfer));

type Post = (report: ThreadReport, transfer?: MessagePort[]) => void;

function serve(data: ThreadData, clock: Clock, post: Post): void {
  let stop = new AbortController();
  let host: Promise<FunctionHost> | undefined;
  let prepared: AgentSetup | undefined;
  /** Processor time of the thread before its attempt. */
  let begunMs: number | null = null;
  const requests = new Requests(post);
  const artifacts = data.artifacts === undefined ? {} : { artifacts: fileArtifactKeeper(data.artifacts) };
  port?.on("message", (order: ThreadOrder) => {
    if (order.type === "ask") {
      const memoryBytes = getHeapStatistics().used_heap_size;
      const cpuMs = threadCpuMs();
      const spentMs = cpuMs === null || begunMs === null ? null : Math.round(cpuMs - begunMs);
      post({ type: "alive", usage: { memoryBytes, memoryPeakBytes: null, cpuMs: spentMs, diskBytes: null } });
      return;
    }
    if (order.type === "answered") {
      requests.answered(order.id, order.refusal);
      return;
    }
    if (order.type === "prepare") {
      const { state, ...agent } = order.agent;
      // Whoever waits no longer ends the thread.
      prepared = { ...agent, signal: new AbortController().signal, state: async () => state };
      host ??= load(data, { clock, ...artifacts });
      settle(host, prepared, "start", post);
      return;
    }
    if (order.type === "dispose") {
      if (host !== undefined && prepared !== undefined) settle(host, prepared, "stop", post);
      else post({ type: "settled", refusal: null });
      return;
    }
    if (order.type === "stop") {
      stop.abort(stopReason(order.errorType, order.message));
      return;
    }
    stop = new AbortController();
    begunMs = threadCpuMs();
    host ??= load(data, { clock, ...artifacts });
    const { signal } = stop;
    const sink: AttemptSink = {
      progress: (progress) => post({ type: "progress", progress }),
      log: (level, text) => post({ type: "log", level, text }),
      usage: () => undefined,
      extend: (ms) => requests.ask({ type: "extend", ms }),
      saveState: (value) => requests.ask({ type: "save", value }),
    };
    const bus = new ThreadBus(clock, (port) => post({ type: "bus", port }, [port]));
    void performAttempt(host, { ...order.attempt, config: prepared?.config }, clock, signal, sink, bus).then((result) =>
      post({ type: "result", result }),
    );
  });
}

async function performAttempt(
  host: Promise<FunctionHost>,
  attempt: ThreadAttempt & { readonly config: unknown },
  clock: Clock,
  signal: AbortSignal,
  sink: AttemptSink,
  threadBus: ThreadBus,
): Promise<AttemptResult> {
  const reporter = new Reporter(clock, sink);
  const usedBefore = threadCpuMs();
  try {
    const { outputs, context, hasBus, ...rest } = attempt;
    let { state } = attempt;
    const inside: Attempt = {
      ...rest,
      graceMs: NO_GRACE_INSIDE_MS,
      outputs: async () => outputs,
      context: async () => context,
      state: async () => state,
      get bus() {
        return hasBus ? threadBus.bus : undefined;
      },
    };
    const saving: AttemptSink = {
      progress: (progress) => reporter.progress(progress),
      log: (level, text) => reporter.log(level, text),
      usage: (usage) => reporter.usage(usage),
      extend: (ms) => reporter.extend(ms),
      saveState: async (value) => {
        await reporter.saveState(value);
        state = value;
      },
    };
    const result = await (await host).run(inside, saving, signal);
    const usedAfter = threadCpuMs();
    const cpuMs = usedBefore === null || usedAfter === null ? null : Math.round(usedAfter - usedBefore);
    return { ...result, usage: { ...result.usage, cpuMs } };
  } catch (error) {
    return { ok: false, error: attemptError(error), metrics: {}, artifacts: [], usage: UNKNOWN_USAGE, durationMs: 0 };
  } finally {
    reporter.end();
    await threadBus.end();
    await flushed(clock);
  }
}

/** What the agent printed goes before its result, if the other side takes it in time. */
async function flushed(clock: Clock): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength === 0) continue;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(FLUSH_MS, resolve);
      stream.write("", () => {
        cancel();
        resolve();
      });
    });
  }
}

/** Says what became of a preparation or its counterpart. */
function settle(host: Promise<FunctionHost>, agent: AgentSetup, step: "start" | "stop", post: Post): void {
  host
    .then((loaded) => loaded[step]?.(agent))
    .then(
      () => post({ type: "settled", refusal: null }),
      (error: unknown) => {
        const { message, code = "HOST_START_FAILED" } = attemptError(error);
        post({ type: "settled", refusal: { code, message, retryable: false } });
      },
    );
}

async function load({ module, exportName }: ThreadData, options: FunctionHostOptions): Promise<FunctionHost> {
  const exports = (await import(module)) as Record<string, unknown>;
  const found = Object.hasOwn(exports, exportName) ? exports[exportName] : undefined;
  if (isCode(found)) return new FunctionHost(found, options);
  const error = new PolyphonError("HOST_MODULE_INVALID", {
    message: `${module} exports no function ${JSON.stringify(exportName)}, nor an object with one named perform.`,
  });
  throw Object.assign(error, { errorType: "logic_error" });
}

function isCode(found: unknown): found is AgentCode {
  if (typeof found !== "object" || found === null) return typeof found === "function";
  return typeof (found as { perform?: unknown }).perform === "function";
}

/** Processor time of this thread; `null` in versions of node that do not tell. */
function threadCpuMs(): number | null {
  if (typeof process.threadCpuUsage !== "function") return null;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
