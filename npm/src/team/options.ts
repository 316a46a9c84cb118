import type { Policy } from "../policies/policy.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Following } from "../runtime/following.ts";
import type { Retention } from "../runtime/history/archiver.ts";
import type { EscalationView } from "../sessions/view.ts";
import type { Store } from "../stores/store.ts";
import type { AgentPolicy, AlertName, AlertOptions, RecoveryOptions } from "./policy.ts";
import type { TeamBusOptions } from "./team-bus.ts";

/** How a team is opened. Every field is optional. */
export interface OpenOptions {
  /** Where the journal lives. Default: memory; a file under `polyphon/node` when one is named. */
  readonly store?: Store;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** The team's bus: its transport to other nodes, rights, limits and bounds. Default: nobody but this process. */
  readonly bus?: TeamBusOptions;
  /** Name of this node in the journal, and on the bus. Default `node`; on the bus a random one. */
  readonly node?: string;
  /** What ids and draws follow from, 0 to 2^53 − 1, where runs must repeat to the last byte. Default: random. */
  readonly seed?: number;
  /** The compiled kernel. Default: the package's own. */
  readonly module?: WebAssembly.Module;
  /** Upper bounds of what runs at once. Default: unbounded. */
  readonly totals?: { readonly memoryMb?: number; readonly cpuCores?: number; readonly diskMb?: number };
  /** How an agent is chosen among those that could. Default `priority_load_performance`. */
  readonly selection?: "priority_load_performance" | "least_loaded" | "round_robin" | "fastest";
  /**
   * How an agent is chosen, as criteria of which the first weighs most, at most four: `priority` the higher, `load` the
   * smaller part of its greatest load in use, `performance` the shorter mean time to a success, `success` the greater share
   * of successes, `speed` the shorter mean time. Equals take turns. Goes before `selection`; empty: `selection` counts.
   */
  readonly ranking?: readonly ("priority" | "load" | "performance" | "success" | "speed")[];
  /** How what waits is weighed. Default: as it was in the journal. */
  readonly scheduling?: SchedulingOptions;
  /** What becomes of a question to a human that nobody answers. Default: as it was in the journal. */
  readonly escalations?: EscalationOptions;
  /** When an agent's silence means what, and how it is restarted. Default: as it was in the journal. */
  readonly agents?: AgentPolicy;
  /** Alert rules by name. Default: as they were in the journal; what a given object leaves out has the defaults of {@link AlertOptions}. */
  readonly alerts?: Readonly<Partial<Record<AlertName, AlertOptions>>>;
  /** The decision matrix. Default: as it was in the journal; what a given object leaves out has the kernel's defaults. */
  readonly recovery?: RecoveryOptions;
  /** What sessions may keep of values; `VALUE_LIMIT` beyond. Default: as it was in the journal. */
  readonly values?: ValueQuotas;
  /** How much of the past is kept. */
  readonly retention?: RetentionOptions;
  /**
   * Tells a human of an escalation, for example by posting it to a webhook. Called for each at least once, also after a
   * crash; what it throws is written down and not tried again. Default: nobody is told, the escalation just waits.
   */
  readonly notify?: (escalation: EscalationView) => Promise<void>;
  /** Called when something goes wrong that no caller hears of. Default: ignored. */
  readonly onError?: (error: Error) => void;
}

/** How what waits is weighed. What is left out stays as it was, at first the default. Times in milliseconds. */
export interface SchedulingOptions {
  /** Waiting time that lifts a ready task by one priority. Default 30,000. */
  readonly ageingMs?: number;
  /** Waiting time after which what becomes free is kept for a task. Default 120,000. */
  readonly starvationMs?: number;
  /** Time an agent that is stopped has to finish its work before it goes to others. Default 30,000. */
  readonly shutdownMs?: number;
}

/** What becomes of a question to a human that nobody answers. What is left out stays as it was. */
export interface EscalationOptions {
  /** Time a human has, in milliseconds; `null`: for ever, which is the default. */
  readonly deadlineMs?: number | null;
  /** What is decided when that is over. Default `abort`. */
  readonly otherwise?: "approve" | "retry" | "abort";
}

/** How much of the past is kept. Whatever goes on keeps everything it needs. */
export interface RetentionOptions {
  /**
   * Events behind the newest snapshot, for replay and whatever else reads the journal. Default 1,000,000; without a file
   * 0: what two snapshots need, about 100,000.
   */
  readonly events?: number;
  /**
   * Ended sessions that can still be shown, the newest; all whose events are kept can. Default 5,000. Outputs longer than
   * 1 MiB, or beyond 16 MiB of one session, go with its events.
   */
  readonly sessions?: number;
  /** How long after its end a session whose events are gone can be shown, in milliseconds. Default without limit. */
  readonly ageMs?: number;
}

/** What differs between Node and the browser. */
export interface Platform {
  /** Follows the journal of `store` beside its owner; absent where nothing can. */
  readonly follow?: (start: FollowStart) => Following;
  /** Events between two snapshots. Default 50,000. */
  readonly snapshotEvents?: number;
  /** Keeps what repeats a step that broke the kernel after event `seq`; answers where. */
  readonly keepRepro?: (seq: number, bytes: Uint8Array) => Promise<string>;
  loadModule(): WebAssembly.Module | Promise<WebAssembly.Module>;
  /** Folder for the files of a task, made when it is not there. */
  readonly directory: (sessionId: string, key: string) => Promise<string>;
}

/** How an agent takes part. */
export interface AgentOptions {
  /** What it can do; tasks ask for these in `needs`. */
  readonly capabilities?: readonly string[];
  /** `planner`, `researcher`, `coder`, `reviewer` or any other. Default `worker`. */
  readonly type?: string;
  /** Tasks it works on at once. Default 1,024 for functions, 1 for programs. */
  readonly maxLoad?: number;
  /** Higher ones are chosen first. Default 0. */
  readonly priority?: number;
  /** Default `full`. */
  readonly permission?: "readonly" | "limited" | "full";
  /** Default `specialized`. */
  readonly kind?: "specialized" | "compiler" | "guest";
  readonly version?: string;
  /**
   * Handed to the agent when it is prepared and with every try (`ctx.config`); to programs as `config` of their document.
   * It is not kept in the journal. For worker threads it must be something that can be copied, for programs JSON.
   */
  readonly config?: unknown;
  /** Longest time between two signs of life, in milliseconds; 0: it is not watched. Default 30,000, at most a day. */
  readonly heartbeatMs?: number;
  /**
   * Asked once a heartbeat whether the agent is well, for example whether a service it needs answers. `false`, an error and
   * no answer at all are silence: after some of it the agent is degraded, then unhealthy, then lost and started again.
   * Default: what its host knows.
   */
  readonly healthCheck?: () => boolean | Promise<boolean>;
  /**
   * Policies of `polyphon/policies` around each of its attempts, the outermost first; a pool's agents share them. An attempt
   * they do not let begin (an open breaker, a full bulkhead, a rate limit without a queue) is not failed: it goes to another
   * agent or waits, and this agent rests for as long as they say. `retry` and `hedge` are refused with `POLICY_INVALID`: tries
   * are the plan's. See docs/policies.md.
   */
  readonly policies?: readonly Policy<unknown>[];
}

/** A pool: agents of one kind that the kernel starts and ends by itself, as many as the work needs. */
export interface PoolOptions extends AgentOptions {
  /** Agents it never goes below. Default 0. */
  readonly min?: number;
  /** Agents it never goes above, 1 to 10,000. */
  readonly max: number;
  /** Part of its capacity in demand from which on it grows, 0 to 1. Default 0.8. */
  readonly scaleUp?: number;
  /** Part of its capacity in use up to which it shrinks, below `scaleUp`. Default 0.3. */
  readonly scaleDown?: number;
  /** Tasks that may wait before they count as demand. Default 0. */
  readonly queueDepth?: number;
  /** Time an agent is without work before it may be ended, in milliseconds. Default 60,000. */
  readonly idleTimeoutMs?: number;
  /** Whether an unhealthy agent is replaced at once, not only when it is lost. Default true. */
  readonly replaceUnhealthy?: boolean;
}

/** What an agent must be like to be found. Every field is optional. */
export interface AgentQuery {
  readonly type?: string;
  /** Capabilities it must have, all of them. `@name` is the one agent of that name. */
  readonly needs?: readonly string[];
  /** Leaves out those that take no work now. Default false. */
  readonly inService?: boolean;
}

/** How a plan is started. */
export interface OrchestrateOptions {
  /** Repeating a call with the same key and plan within two minutes answers the same session. */
  readonly idempotencyKey?: string;
  /** Who asks, as an authenticated door says. */
  readonly actor?: string;
  /** Hash of the configuration the plan was made from, 64 hexadecimal digits. */
  readonly configHash?: string;
}

/** How a session without tasks is opened. */
export interface SessionOptions {
  /** Default: none. */
  readonly name?: string;
  /** Time after which it fails unless it was closed, in milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
  /** Repeating a call with the same key within two minutes answers the same session. */
  readonly idempotencyKey?: string;
  /** Who asks, as an authenticated door says. */
  readonly actor?: string;
}

/** What the values of one session may take. */
export interface ValueQuotas {
  /** Values. Default 10,000. */
  readonly keys?: number;
  /** Bytes of all values and their names. Default 64 MiB. */
  readonly bytes?: number;
  /** Bytes of one value and its name. Default 1 MiB. */
  readonly valueBytes?: number;
}

/** Where a follower begins. */
export interface FollowStart {
  readonly store: Store;
  /** Sequence of the newest snapshot, 0 without one. */
  readonly snapshotSeq: number;
  readonly module: WebAssembly.Module;
  readonly retention: Retention;
  readonly snapshotEvents: number;
  readonly troubled: (error: Error) => void;
}

/** Who decides about an escalation, and why. */
export interface DecideOptions {
  readonly actor?: string;
  readonly note?: string;
}
