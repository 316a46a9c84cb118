import type { Bus } from "../../bus/bus.ts";
import { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { randomFraction, randomHex } from "../../runtime/random.ts";
import type { Perform } from "../agent.ts";
import { FunctionHost } from "../function/host.ts";
import type { AttemptResult } from "../host.ts";
import { Reporter } from "../reporter.ts";
import { stopReason } from "../stop.ts";
import { ArtifactSender } from "./artifact-sender.ts";
import {
  type Ability,
  type Order,
  type PartTaken,
  type RemoteAttempt,
  type RemoteUsage,
  type Report,
  SUBJECT,
} from "./wire.ts";

/** How a remote agent takes part. All but the name is optional. */
export interface RemoteAgentOptions {
  /** What it is called in the team. One that comes back under its name is the same agent; see `keptName` for pages. */
  readonly name: string;
  /** What it says it can do; the team decides what it is taken for. */
  readonly capabilities?: readonly string[];
  /** Default `worker`. */
  readonly type?: string;
  readonly version?: string;
  /** Tasks it works on at once. Default 1. */
  readonly maxLoad?: number;
  /** How often the team asks whether it lives, in milliseconds, 100 to a day. Default 30,000. */
  readonly heartbeatMs?: number;
  /**
   * What the agent uses, asked with each sign of life and shown in `vitals`: `processUsage` of `polyphon/node` where the process
   * is the agent's own. Default: nobody knows.
   */
  readonly usage?: () => RemoteUsage;
  /** Wait before it attaches again, in milliseconds; it doubles up to `retryMostMs`. Default 100. */
  readonly retryMs?: number;
  /** Default 10,000. */
  readonly retryMostMs?: number;
  /** First tokens of the subjects. Default `polyphon.agents`. */
  readonly subject?: string;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Hears of what no caller hears of: a report that came too late (`LEASE_FENCED`), a connection that broke. */
  readonly onError?: (error: Error) => void;
}

/** A remote agent, where it runs. */
export interface RemoteAgent extends AsyncDisposable {
  readonly name: string;
  /** Resolves with the agent's id when it is attached for the first time; rejects when it never will be. */
  readonly ready: Promise<string>;
  /** `connecting` while it is not attached; what it works on goes on meanwhile. */
  readonly state: "connecting" | "attached" | "closed";
  /** Resolves when it is over, with what ended it: `AGENT_DENIED`, `AGENT_REPLACED`, `AGENT_STOPPED`, …; with nothing after `close`. */
  readonly closed: Promise<PolyphonError | undefined>;
  /** Takes no more tasks, finishes what it has, and leaves. */
  drain(): Promise<void>;
  /** Leaves at once: what it works on is asked to end and goes to others. Safe to call twice. */
  close(): Promise<void>;
}

/** Nothing that comes later changes these. */
const FINAL: ReadonlySet<string> = new Set([
  "AGENT_DENIED",
  "AGENT_INVALID",
  "AGENT_REPLACED",
  "AGENT_STOPPED",
  "BUS_CLOSED",
  "BUS_DENIED",
  "PROTOCOL_SUBJECT_INVALID",
  "TRANSPORT_CLOSED",
  "TRANSPORT_DENIED",
  "TRANSPORT_INVALID",
]);

/** Asked so many heartbeats long without an order, it attaches anew. */
const SILENT_BEATS = 3;
/** Longest wait for the answer to a report, in milliseconds. */
const REPORT_MS = 30_000;
/** Time its goodbye may take, in milliseconds. */
const LEAVE_MS = 1_000;

/**
 * Takes tasks of a team that lets in remote agents (`acceptAgents`), from another process, another machine or a page.
 * `bus` has a transport to the team's bus. It attaches by itself, again and again; what it works on goes on while the connection
 * is away, and a report that is not answered is made again, under the attempt's fence.
 */
export function remoteAgent<I = unknown>(bus: Bus, options: RemoteAgentOptions, perform: Perform<I>): RemoteAgent {
  return new Satellite(bus, options, perform as Perform);
}

/** An attempt in its hands, until its report was answered. */
interface Work {
  readonly stop: AbortController;
}

class Satellite implements RemoteAgent {
  readonly name: string;
  readonly ready: Promise<string>;
  readonly closed: Promise<PolyphonError | undefined>;
  readonly #bus: Bus;
  readonly #options: RemoteAgentOptions;
  readonly #clock: Clock;
  readonly #subject: string;
  readonly #instance = randomHex(16);
  readonly #host: FunctionHost;
  readonly #works = new Map<number, Work>();
  readonly #ending = new AbortController();
  readonly #ready = Promise.withResolvers<string>();
  readonly #closed = Promise.withResolvers<PolyphonError | undefined>();
  #attached = Promise.withResolvers<void>();
  #state: RemoteAgent["state"] = "connecting";
  /** What the team can it is attached to. */
  #can: readonly Ability[] = [];

  constructor(bus: Bus, options: RemoteAgentOptions, perform: Perform) {
    this.name = options.name;
    this.#bus = bus;
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
    this.#subject = options.subject ?? SUBJECT;
    const artifacts = new ArtifactSender({
      canKeep: () => this.#can.includes("artifacts"),
      send: (fence, part) => this.#persist({ type: "artifact", fence, part }) as Promise<PartTaken>,
    });
    this.#host = new FunctionHost(perform, { clock: this.#clock, artifacts });
    this.ready = this.#ready.promise;
    this.closed = this.#closed.promise;
    this.ready.catch(() => undefined);
    void this.#live();
  }

  get state(): RemoteAgent["state"] {
    return this.#state;
  }

  async drain(): Promise<void> {
    await this.#persist({ type: "leave", drains: true });
    await this.closed;
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    const wasAttached = this.#state === "attached";
    this.#state = "closed";
    if (wasAttached) {
      await this.#ask({ type: "leave", drains: false }, LEAVE_MS).catch((error: Error) => this.#troubled(error));
    }
    await this.#end(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Attaches, follows orders until there are no more, and attaches again. */
  async #live(): Promise<void> {
    const { retryMs = 100, retryMostMs = 10_000, heartbeatMs = 30_000 } = this.#options;
    const { signal } = this.#ending;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const wanted = { timeoutMs: SILENT_BEATS * heartbeatMs, signal };
        for await (const order of this.#bus.requestMany<Order>(`${this.#subject}.attach`, this.#attachment(), wanted)) {
          failures = 0;
          this.#obey(order);
        }
      } catch (error) {
        if (signal.aborted) return;
        const known = error instanceof PolyphonError ? error : undefined;
        if (known !== undefined && FINAL.has(known.code)) return await this.#end(known);
        this.#troubled(error as Error);
      }
      if (this.#state === "attached") {
        this.#state = "connecting";
        this.#attached = Promise.withResolvers<void>();
      }
      await this.#pause(Math.min(retryMs * 2 ** failures++, retryMostMs) * (0.5 + randomFraction() / 2));
    }
  }

  #attachment(): Record<string, unknown> {
    const { capabilities = [], type = "worker", version = "", maxLoad = 1, heartbeatMs = 30_000 } = this.#options;
    const { name } = this;
    const open = [...this.#works.keys()];
    return { name, instance: this.#instance, capabilities, agentType: type, version, maxLoad, heartbeatMs, open };
  }

  #obey(order: Order): void {
    switch (order.type) {
      case "attached":
        if (this.#state === "closed") return;
        this.#state = "attached";
        this.#can = order.can ?? [];
        this.#attached.resolve();
        this.#ready.resolve(order.agentId);
        break;
      case "run":
        void this.#run(order.attempt);
        break;
      case "stop":
        this.#works.get(order.fence)?.stop.abort(stopReason(order.errorType, order.message));
        break;
      case "ask":
        this.#say({ type: "alive", ...this.#usage() });
        break;
    }
  }

  #usage(): { readonly usage?: RemoteUsage } {
    try {
      const usage = this.#options.usage?.();
      return usage === undefined ? {} : { usage };
    } catch (error) {
      this.#troubled(error as Error);
      return {};
    }
  }

  async #run(attempt: RemoteAttempt): Promise<void> {
    const { fence } = attempt;
    if (this.#works.has(fence)) return;
    const work: Work = { stop: new AbortController() };
    this.#works.set(fence, work);
    const reporter = new Reporter(this.#clock, {
      progress: (progress) => this.#say({ type: "progress", fence, progress }),
      log: (level, text) => this.#say({ type: "log", fence, level, text }),
      usage: () => undefined,
      extend: async (ms) => void (await this.#ask({ type: "extend", fence, ms })),
      saveState: async (value) => void (await this.#ask({ type: "save", fence, value })),
    });
    const late = {
      outputs: () => this.#persist({ type: "outputs", fence }) as Promise<Record<string, unknown>>,
      context: () => this.#persist({ type: "context", fence }) as Promise<Record<string, unknown>>,
    };
    const state = async (): Promise<unknown> => {
      const kept = (await this.#persist({ type: "state", fence })) as { readonly value?: unknown };
      return kept.value;
    };
    const whole = { ...attempt, input: attempt.input, bus: this.#bus, ...late, state };
    const result = await this.#host.run(whole, reporter, work.stop.signal);
    reporter.end();
    try {
      await this.#deliver(fence, result);
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#troubled(error as Error);
    } finally {
      this.#works.delete(fence);
    }
  }

  /** Reports a result until it is answered. One that cannot cross fails the attempt. */
  async #deliver(fence: number, result: AttemptResult): Promise<void> {
    try {
      await this.#persist({ type: "result", fence, result });
    } catch (error) {
      if (!(error instanceof PolyphonError) || error.code !== "PROTOCOL_LIMIT_EXCEEDED") throw error;
      const { message } = error;
      const failure: AttemptResult = {
        ...result,
        ok: false,
        error: { type: "logic_error", code: "HOST_OUTPUT_INVALID", message },
      };
      await this.#persist({ type: "result", fence, result: { ...failure, output: null } });
    }
  }

  /** Asks again until there is an answer, or none will come. */
  async #persist(report: Report): Promise<unknown> {
    const { retryMs = 100, retryMostMs = 10_000 } = this.#options;
    const { signal } = this.#ending;
    for (let failures = 0; ; failures++) {
      await Promise.race([this.#attached.promise, this.#closed.promise]);
      signal.throwIfAborted();
      try {
        return await this.#ask(report);
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        await this.#pause(Math.min(retryMs * 2 ** failures, retryMostMs));
      }
    }
  }

  #ask(report: Report, timeoutMs: number = REPORT_MS): Promise<unknown> {
    const { signal } = this.#ending;
    return this.#bus.request(`${this.#subject}.report`, this.#signed(report), { timeoutMs, retries: 0, signal });
  }

  /** Says what may be lost. */
  #say(report: Report): void {
    try {
      const said = this.#bus.publish(`${this.#subject}.report`, this.#signed(report));
      said?.catch((error: Error) => this.#troubled(error));
    } catch (error) {
      this.#troubled(error as Error);
    }
  }

  #signed(report: Report): Record<string, unknown> {
    return { name: this.name, instance: this.#instance, report };
  }

  async #pause(ms: number): Promise<void> {
    let callOff: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      callOff = this.#clock.after(ms, resolve);
    });
    await Promise.race([over, this.#closed.promise]);
    callOff();
  }

  async #end(error: PolyphonError | undefined): Promise<void> {
    this.#state = "closed";
    const reason = error?.message ?? "the agent is closed";
    for (const { stop } of this.#works.values()) stop.abort(stopReason("agent_lost", reason));
    this.#closed.resolve(error);
    this.#ready.reject(error ?? new PolyphonError("AGENT_STOPPED", { message: `${this.name} was closed.` }));
    this.#ending.abort(stopReason("cancelled", reason));
    await this.#host.close();
  }

  #troubled(error: Error): void {
    this.#options.onError?.(error);
  }
}

/** Whether asking again may help. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof PolyphonError) || error.code === "HOST_ARTIFACT_FAILED") return false;
  return error.retryable || error.code === "REQUEST_NO_RESPONDER";
}
