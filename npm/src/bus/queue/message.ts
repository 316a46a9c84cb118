import type { Delivery } from "../../wasm/codec.generated.ts";
import { type Content, readRecord } from "./record.ts";

/** How a message is given back. */
export interface QueueNackOptions {
  /** Time before the next attempt. Default: what the queue's retry says. */
  readonly delayMs?: number;
  /** What went wrong; kept with a dead letter. */
  readonly reason?: string;
}

/** What a message reports to. @internal */
export interface MessageOwner {
  ack(message: QueueMessage): void;
  nack(message: QueueMessage, kind: "failed" | "unused" | "rejected", options: QueueNackOptions): void;
  extend(message: QueueMessage, lengthMs: number): Promise<void>;
}

/** A message in the hands of a consumer. */
export class QueueMessage<T = unknown> {
  readonly #owner: MessageOwner;
  readonly #delivery: Delivery;
  readonly #record: Uint8Array;
  #content: Content | undefined;
  #waiting: { settle(): void; fail(error: Error): void }[] | undefined;
  #end: "open" | "reported" | "durable" | Error = "open";
  /** @internal */
  readonly fence: number;

  /** @internal */
  constructor(owner: MessageOwner, fence: number, delivery: Delivery, record: Uint8Array) {
    this.#owner = owner;
    this.fence = fence;
    this.#delivery = delivery;
    this.#record = record;
  }

  /** Its number: the order in which messages were published, and a key under which an effect can be made once. */
  get number(): number {
    return this.#delivery.message;
  }

  /** The id its publisher gave it. */
  get id(): string | null {
    return this.#delivery.id;
  }

  /** What orders it among others. */
  get key(): string | null {
    return this.#delivery.key;
  }

  get priority(): "low" | "medium" | "high" | "critical" {
    return this.#delivery.priority;
  }

  /** Counted from 1. */
  get attempt(): number {
    return this.#delivery.attempt;
  }

  /** When it was published, in milliseconds since the epoch. */
  get publishedMs(): number {
    return this.#delivery.publishedMs;
  }

  get value(): T {
    this.#content ??= readRecord(this.#record);
    return this.#content.value as T;
  }

  get headers(): Readonly<Record<string, string>> {
    this.#content ??= readRecord(this.#record);
    return this.#content.headers;
  }

  /** Whether something was reported of it already. */
  get isSettled(): boolean {
    return this.#end !== "open";
  }

  /** It was dealt with. Resolves once that is durable; `LEASE_FENCED` when its time was over before. */
  ack(): Promise<void> {
    if (this.#end === "open") {
      this.#end = "reported";
      this.#owner.ack(this);
    }
    return this.#durable();
  }

  /** It was not dealt with: another attempt follows, or it is a dead letter when there were enough. */
  nack(options: QueueNackOptions = {}): Promise<void> {
    return this.#give("failed", options);
  }

  /** No attempt will ever succeed: it is a dead letter. */
  reject(reason = ""): Promise<void> {
    return this.#give("rejected", { reason });
  }

  /** It was not begun: somebody gets it as if this had been no attempt. */
  release(): Promise<void> {
    return this.#give("unused", {});
  }

  /** Whoever deals with it has `lengthMs` more from now on. Resolves once that is durable. */
  extend(lengthMs: number): Promise<void> {
    return this.#owner.extend(this, lengthMs);
  }

  /** What was reported is in the journal, or was refused. @internal */
  ended(error: Error | undefined): void {
    this.#end = error ?? "durable";
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    for (const { settle, fail } of waiting)
      if (error === undefined) settle();
      else fail(error);
  }

  /** @internal */
  finish(): void {
    if (this.#end !== "open") return;
    this.#end = "reported";
    this.#owner.ack(this);
  }

  /** @internal */
  fails(reason: string): void {
    if (this.#end !== "open") return;
    this.#end = "reported";
    this.#owner.nack(this, "failed", { reason });
  }

  #give(kind: "failed" | "unused" | "rejected", options: QueueNackOptions): Promise<void> {
    if (this.#end === "open") {
      this.#end = "reported";
      this.#owner.nack(this, kind, options);
    }
    return this.#durable();
  }

  #durable(): Promise<void> {
    if (this.#end === "durable") return Promise.resolve();
    if (this.#end instanceof Error) return Promise.reject(this.#end);
    return new Promise((settle, fail) => {
      this.#waiting ??= [];
      this.#waiting.push({ settle, fail });
    });
  }
}
