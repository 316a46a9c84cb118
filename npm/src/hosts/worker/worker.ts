/** The inside of a worker thread: performs one attempt at a time with the function of a module. */
import { getHeapStatistics } from "node:v8";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import type { Perform } from "../agent.ts";
import { fileArtifactKeeper } from "../artifacts/file-keeper.ts";
import { type FunctionHostOptions, functionHost } from "../function/host.ts";
import type { Attempt, AttemptResult, AttemptSink } from "../host.ts";
import { Reporter } from "../reporter.ts";
import { stopReason } from "../stop.ts";
import { attemptError } from "../thrown.ts";
import { Requests } from "./requests.ts";
import type { ThreadAttempt, ThreadData, ThreadOrder, ThreadReport } from "./messages.ts";
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
  let perform: Promise<Perform> | undefined;
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
    if (order.type === "stop") {
      stop.abort(stopReason(order.errorType, order.message));
      return;
    }
    stop = new AbortController();
    begunMs = threadCpuMs();
    perform ??= load(data);
    const { signal } = stop;
    const sink: AttemptSink = {
      progress: (progress) => post({ type: "progress", progress }),
      log: (level, text) => post({ type: "log", level, text }),
      usage: () => undefined,
      extend: (ms) => requests.ask({ type: "extend", ms }),
      saveState: (value) => requests.ask({ type: "save", value }),
    };
    const bus = new ThreadBus(clock, (port) => post({ type: "bus", port }, [port]));
    void performAttempt(perform, order.attempt, { clock, ...artifacts }, signal, sink, bus).then((result) =>
      post({ type: "result", result }),
    );
  });
}

async function performAttempt(
  perform: Promise<Perform>,
  attempt: ThreadAttempt,
  options: FunctionHostOptions,
  signal: AbortSignal,
  sink: AttemptSink,
  threadBus: ThreadBus,
): Promise<AttemptResult> {
  const reporter = new Reporter(options.clock, sink);
  const usedBefore = threadCpuMs();
  try {
    const host = functionHost(await perform, options);
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
    const result = await host.run(inside, saving, signal);
    const usedAfter = threadCpuMs();
    const cpuMs = usedBefore === null || usedAfter === null ? null : Math.round(usedAfter - usedBefore);
    return { ...result, usage: { ...result.usage, cpuMs } };
  } catch (error) {
    const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
    return { ok: false, error: attemptError(error), metrics: {}, artifacts: [], usage, durationMs: 0 };
  } finally {
    reporter.end();
    await threadBus.end();
    await flushed(options.clock);
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

async function load({ module, exportName }: ThreadData): Promise<Perform> {
  const exports = (await import(module)) as Record<string, unknown>;
  const found = Object.hasOwn(exports, exportName) ? exports[exportName] : undefined;
  if (typeof found === "function") return found as Perform;
  const error = new PolyphonError("HOST_MODULE_INVALID", {
    message: `${module} exports no function ${JSON.stringify(exportName)}.`,
  });
  throw Object.assign(error, { errorType: "logic_error" });
}

/** Processor time of this thread; `null` in versions of node that do not tell. */
function threadCpuMs(): number | null {
  if (typeof process.threadCpuUsage !== "function") return null;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
