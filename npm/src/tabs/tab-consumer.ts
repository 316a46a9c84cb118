import type { QueueMessage } from "../bus/queue/message.ts";
import type { QueueConsumer, QueueHandler } from "../bus/queue/queue.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Handed, HeldRef, Outcome } from "./queue-wire.ts";

/** What of a queue a consumer needs. */
export interface Consumable {
  consume(handler: QueueHandler<unknown>, options?: { readonly concurrency?: number }): QueueConsumer;
}

interface Held {
  readonly message: QueueMessage;
  readonly done: () => void;
  isSent: boolean;
}

/** The owner's side of a consumer in a tab: what the tab was handed, until it says what became of it. */
export class TabConsumer {
  readonly tab: string;
  readonly #consumer: QueueConsumer;
  readonly #held = new Map<string, Held>();
  #waiting: Held[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(tab: string, queue: Consumable, concurrency: number | undefined) {
    this.tab = tab;
    const options = concurrency === undefined ? {} : { concurrency };
    this.#consumer = queue.consume((message) => this.#take(message), options);
  }

  /** What the tab is to deal with, as it comes; ends with the consumer. What it leaves behind is given back. */
  async *handed(signal: AbortSignal): AsyncGenerator<readonly Handed[], void> {
    const stop = (): void => this.giveBack();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      for (;;) {
        if (this.#waiting.length > 0) {
          const held = this.#waiting.splice(0);
          for (const one of held) one.isSent = true;
          yield held.map(({ message }) => {
            const { delivery, record } = message.parts;
            return { fence: message.fence, delivery, record: record.slice() };
          });
        } else if (this.#isOver) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.giveBack();
    }
  }

  /** A message it holds. `LEASE_FENCED` when it holds it no more. */
  message({ fence, handle }: HeldRef): QueueMessage {
    const held = this.#held.get(`${fence}:${handle}`);
    if (held === undefined) throw givenBack();
    return held.message;
  }

  /** What became of a message; resolves when that is durable. */
  async report(ref: HeldRef, { kind, delayMs, reason }: Outcome): Promise<void> {
    const message = this.message(ref);
    const nack = { ...(delayMs !== undefined && { delayMs }), ...(reason !== undefined && { reason }) };
    if (kind === "ack") await this.#settle(message, message.ack());
    else if (kind === "failed") await this.#settle(message, message.nack(nack));
    else if (kind === "rejected") await this.#settle(message, message.reject(reason));
    else await this.#settle(message, message.release());
  }

  /** It was reported on in another way. */
  ended({ fence, handle }: HeldRef): void {
    const name = `${fence}:${handle}`;
    this.#held.get(name)?.done();
    this.#held.delete(name);
  }

  /** Takes no more; ends when what it holds was dealt with. */
  async leave(): Promise<void> {
    await this.#consumer.close();
    this.#over();
  }

  /** Its tab is gone, or the way to it: others get what it held. */
  giveBack(): void {
    this.#over();
    void this.#consumer.close();
    for (const { message, isSent, done } of this.#held.values()) {
      // One that began counts as an attempt: it may be what the tab died of.
      const given = isSent ? message.nack({ delayMs: 0, reason: GONE }) : message.release();
      given.catch(() => undefined);
      done();
    }
    this.#held.clear();
    this.#waiting = [];
  }

  #over(): void {
    this.#isOver = true;
    this.#wake?.();
    this.#wake = undefined;
  }

  #take(message: QueueMessage): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held: Held = { message, done: resolve, isSent: false };
    this.#held.set(`${message.fence}:${message.handle}`, held);
    this.#waiting.push(held);
    this.#wake?.();
    this.#wake = undefined;
    // The handler's end must not report before the tab has.
    return promise;
  }

  async #settle({ fence, handle }: QueueMessage, durable: Promise<void>): Promise<void> {
    const name = `${fence}:${handle}`;
    const held = this.#held.get(name);
    this.#held.delete(name);
    held?.done();
    await durable;
  }
}

/** Why a message comes again. */
const GONE = "the tab that dealt with it is gone";

export function givenBack(): PolyphonError {
  const message = "the message was given back: its tab was away, or the journal has changed hands.";
  return new PolyphonError("LEASE_FENCED", { message });
}
