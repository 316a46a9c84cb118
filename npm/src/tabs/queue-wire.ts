import type { Delivery, Position } from "../wasm/codec.generated.ts";

/** A queue, stream or group as tabs name it to the owner: its number in the journal, which no change of owner changes. */
export interface QueueRef {
  readonly kind: "queue" | "stream" | "group";
  readonly id: number;
  readonly name: string;
  /** Its publishers wait for room. */
  readonly waits: boolean;
  /** Of a group. */
  readonly stream?: QueueRef;
}

/** A message with what it carries. */
export interface Carried {
  readonly delivery: Delivery;
  readonly record: Uint8Array;
}

/** A message in the hands of a tab's consumer. */
export interface Handed extends Carried {
  readonly fence: number;
}

/** A consumer of a tab, for as long as the answers to this last. */
export interface Consuming {
  /** Which tab it is in. */
  readonly tab: string;
  /** Made anew for each connection: what one holds is none of the next one's. */
  readonly key: string;
  readonly queue: QueueRef;
  readonly concurrency: number | undefined;
}

/** A message by the consumer that holds it. */
export interface HeldRef {
  readonly key: string;
  readonly fence: number;
  readonly handle: number;
}

/** What became of a message. */
export interface Outcome {
  readonly kind: "ack" | "failed" | "unused" | "rejected";
  readonly delayMs?: number;
  readonly reason?: string;
}

/** What a reader of a tab looks for. */
export interface Look {
  readonly from: Position;
  readonly cursor: string | undefined;
  readonly follow: boolean;
}

/** Messages a reader found. */
export interface Found {
  readonly messages: readonly Carried[];
  readonly next: number;
}
