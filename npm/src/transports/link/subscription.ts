import type { TransportMessage, TransportSubscribeOptions } from "../transport.ts";
import type { Frame } from "./frames.ts";

/** A subscription at the end that takes the messages: gives credit back as deliveries settle. */
export class Deliveries {
  readonly sid: number;
  /** The other end has taken it. */
  isMade = false;
  readonly #pattern: string;
  readonly #options: TransportSubscribeOptions;
  readonly #deliver: (message: TransportMessage) => unknown;
  readonly #tell: (frame: Frame) => void;
  /** Returned only when this many have settled, or none is open. */
  readonly #batch: number;
  #open = 0;
  #settled = 0;
  #isOver = false;
  /** Deliveries of a session that is gone owe nothing to the next one. */
  #session = 0;
  #idle: (() => void)[] = [];

  constructor(
    sid: number,
    pattern: string,
    options: TransportSubscribeOptions,
    deliver: (message: TransportMessage) => unknown,
    tell: (frame: Frame) => void,
  ) {
    const { credit = 256 } = options;
    this.sid = sid;
    this.#pattern = pattern;
    this.#options = { ...options, credit };
    this.#deliver = deliver;
    this.#tell = tell;
    this.#batch = Math.max(1, credit >> 2);
  }

  /** The frame that asks for it. */
  frame(n: number): Frame {
    return { op: "sub", n, sid: this.sid, pattern: this.#pattern, options: this.#options };
  }

  arrived(message: TransportMessage): void {
    if (this.#isOver) return;
    this.#open += 1;
    const session = this.#session;
    let result: unknown;
    try {
      result = this.#deliver(message);
    } catch {
      // What a subscriber throws is its own; the message was delivered.
    }
    if (!isPromise(result)) {
      this.#settle(session);
      return;
    }
    const settle = (): void => this.#settle(session);
    result.then(settle, settle);
  }

  /** The session is gone, and with it what it counted. */
  forget(): void {
    this.#session += 1;
    this.#open = 0;
    this.#settled = 0;
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
  }

  /** Resolves when no delivery is open. */
  async idle(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #settle(session: number): void {
    if (session !== this.#session) return;
    this.#open -= 1;
    this.#settled += 1;
    if (this.#settled >= this.#batch || this.#open === 0) {
      this.#tell({ op: "done", sid: this.sid, count: this.#settled });
      this.#settled = 0;
    }
    if (this.#open === 0) this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
