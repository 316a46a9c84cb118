import type { Mishap } from "./world/network.ts";

/** What a handler does with a message. */
export type Habit = "at once" | "slow" | "throws" | "rejects" | "dies";

/** How one takes messages. */
export interface SubscriptionPlan {
  readonly id: number;
  readonly node: number;
  readonly pattern: string;
  readonly mode: "callback" | "loop" | "observable";
  readonly group?: string;
  readonly credit: number;
  readonly queue: number;
  readonly overflow: "drop-oldest" | "block" | "reject";
  /** Least priority its filter takes. */
  readonly least?: Priority;
  readonly habit: Habit;
  /** How long a slow handler takes, in milliseconds. */
  readonly workMs: number;
}

export const PRIORITIES = ["low", "medium", "high", "critical"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** How a request is answered. */
export type Answering = "at once" | "slow" | "throws" | "dies" | "stream";

/** One event of a simulated world: everything that happens in it, happens because of one, or of time. */
export type Event = { readonly atMs: number } & (
  | { readonly kind: "subscribe"; readonly subscription: SubscriptionPlan }
  | { readonly kind: "unsubscribe"; readonly id: number }
  | {
      readonly kind: "publish";
      readonly n: number;
      readonly node: number;
      readonly subject: string;
      readonly priority: Priority;
      readonly ttlMs?: number;
      readonly retain?: boolean;
      readonly forget?: boolean;
      readonly broadcast?: boolean;
    }
  | {
      readonly kind: "respond";
      readonly id: number;
      readonly node: number;
      readonly subject: string;
      readonly answering: Answering;
      readonly workMs: number;
    }
  | {
      readonly kind: "request";
      readonly n: number;
      readonly node: number;
      readonly subject: string;
      readonly timeoutMs: number;
      readonly retries: number;
      readonly cancelAfterMs?: number;
      readonly many: boolean;
      /** How long the reader of a stream takes for each answer. */
      readonly readMs: number;
    }
  | { readonly kind: "break"; readonly node: number }
  | { readonly kind: "half-open"; readonly node: number }
  | { readonly kind: "partition"; readonly node: number; readonly forMs: number }
  | { readonly kind: "slow"; readonly node: number; readonly times: number; readonly forMs: number }
  | { readonly kind: "mishap"; readonly node: number; readonly side: "up" | "down"; readonly mishap: Mishap }
  | { readonly kind: "die"; readonly node: number; readonly forMs: number }
  | { readonly kind: "drain"; readonly node: number; readonly forMs: number }
  | { readonly kind: "forget sessions" }
  | { readonly kind: "wall"; readonly node: number; readonly byMs: number }
);

/** How nodes reach the home bus. */
export type Way = "websocket" | "worker" | "memory";

/** A whole world before anything happened in it. Node 0 is the home of all others. */
export interface Plan {
  readonly seed: number;
  readonly ways: readonly Way[];
  readonly ageingMs: number;
  readonly heartbeatMs: number;
  readonly resumeMs: number;
  readonly events: readonly Event[];
}
