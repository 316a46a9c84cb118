import type { MessagePort } from "node:worker_threads";
import type { ErrorCode } from "../../errors/codes.generated.ts";
import type { AttemptProgress, AttemptResult, ResourceUsage } from "../host.ts";

/** What a thread is made for. */
export interface ThreadData {
  /** URL of the module. */
  readonly module: string;
  /** Name of the export that is the agent. */
  readonly exportName: string;
  /** Folder for artifacts. */
  readonly artifacts: string | undefined;
}

/** An attempt without what a thread has no use for; plain, so that it can be copied. */
export interface ThreadAttempt {
  readonly id: string;
  readonly taskId: string;
  readonly key: string;
  readonly sessionId: string;
  readonly agentId: string;
  readonly number: number;
  readonly fence: number;
  readonly input: unknown;
  readonly resources: { readonly memoryMb: number; readonly cpuCores: number; readonly diskMb: number };
  readonly timeoutMs: number;
  readonly recovery?: { readonly level: number; readonly action: string; readonly errorType: string };
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  /** Whether there is a bus outside. */
  readonly hasBus: boolean;
  readonly state: unknown;
}

/** An agent a thread prepares, as it can be copied. */
export interface ThreadSetup {
  readonly agentId: string;
  readonly name: string;
  readonly config: unknown;
  readonly state: unknown;
}

/** To a thread. */
export type ThreadOrder =
  /** Load the module and prepare the agent, or put it away; answered with `settled`. */
  | { readonly type: "prepare"; readonly agent: ThreadSetup }
  | { readonly type: "dispose" }
  | { readonly type: "perform"; readonly attempt: ThreadAttempt }
  | { readonly type: "stop"; readonly errorType: string; readonly message: string }
  /** What became of the request of this number. */
  | { readonly type: "answered"; readonly id: number; readonly refusal: ThreadRefusal | null }
  /** Answered with `alive` as soon as the thread's event loop turns. */
  | { readonly type: "ask" };

/** A refusal as it crosses the border of a thread. */
export interface ThreadRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}

/** From a thread. */
export type ThreadReport =
  /** The agent uses the bus: the host's end of its port. */
  | { readonly type: "bus"; readonly port: MessagePort }
  /** The agent is prepared or put away, or could not be. */
  | { readonly type: "settled"; readonly refusal: ThreadRefusal | null }
  | { readonly type: "extend"; readonly id: number; readonly ms: number }
  | { readonly type: "save"; readonly id: number; readonly value: unknown }
  | { readonly type: "progress"; readonly progress: AttemptProgress }
  | { readonly type: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly text: string }
  | { readonly type: "alive"; readonly usage: ResourceUsage }
  | { readonly type: "result"; readonly result: AttemptResult };
