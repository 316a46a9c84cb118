import { PolyphonError } from "../errors/error.ts";
import type { Overflow } from "../transports/transport.ts";
import type { Filter, TakesMessage } from "./filter.ts";
import type { Hub } from "./hub.ts";
import { PriorityLine, RANKS } from "./line.ts";
import type { Message } from "./message.ts";
import { isThenable, type ReplySink, settle } from "./reply.ts";

/** Publishers that wait for the room of one subscriber; one more is refused. */
const BLOCKED_MAX = 10_000;

/** What a subscriber is made from. @internal */
export interface SubscriberInit {
  readonly pattern: string;
  readonly handler: (message: Message) => unknown;
  readonly group: string | undefined;
  readonly filter: TakesMessage | undefined;
  /** What the filter was made from. */
  readonly wanted: Filter | undefined;
  readonly credit: number;
  readonly queue: number;
  readonly overflow: Overflow;
  /** Whether what the handler answers is the answer of a request. */
  readonly answers: boolean;
  /** The transport object whose own messages do not come back to it. */
  readonly origin: object | undefined;
  /** Called when nothing comes any more. */
  readonly closed?: (() => void) | undefined;
}

/** A message that waits for its subscriber. */
interface Held {
  readonly message: Message;
  readonly rank: number;
  readonly sinceMs: number;
}

interface Blocked extends Held {
  readonly entered: () => void;
}

/**
 * One who takes messages. While it has room a message goes straight to its handler; a handler whose promise is open keeps
 * a credit, and without credit messages wait here. @internal
 */
export class Subscriber {
  // What every message touches comes first, to lie in one cache line.
  readonly handler: (message: Message) => unknown;
  /** Whether the next message goes straight to the handler: there is credit, nothing waits and nothing is being handed on. */
  isOpen: boolean;
  delivered = 0;
  readonly answers: boolean;
  readonly filter: TakesMessage | undefined;
  readonly wanted: Filter | undefined;
  readonly pattern: string;
  readonly group: string | undefined;
  readonly overflow: Overflow;
  readonly origin: object | undefined;
  readonly queue: number;
  /** Subscribers are called in the order in which they came. */
  readonly serial: number;
  /** Whether it takes everything, for itself, and neither refuses nor answers. */
  readonly isPlain: boolean;
  isClosed = false;
  failed = 0;
  dropped = 0;
  expired = 0;
  readonly #hub: Hub;
  readonly #closed: (() => void) | undefined;
  readonly #line: PriorityLine<Held>;
  readonly #blocked = new Set<Blocked>();
  #credit: number;
  #open = 0;
  #isPumping = false;
  #onIdle: (() => void)[] = [];

  constructor(hub: Hub, init: SubscriberInit) {
    this.#hub = hub;
    this.pattern = init.pattern;
    this.group = init.group;
    this.filter = init.filter;
    this.wanted = init.wanted;
    this.answers = init.answers;
    this.overflow = init.overflow;
    this.origin = init.origin;
    this.queue = init.queue;
    this.serial = hub.nextNumber();
    this.handler = init.handler;
    this.#closed = init.closed;
    const { filter, origin, group, answers, overflow } = init;
    this.isPlain =
      filter === undefined && origin === undefined && group === undefined && !answers && overflow === "drop-oldest";
    this.#credit = init.credit;
    this.#line = new PriorityLine(hub.ageingMs);
    this.isOpen = init.credit > 0;
    if (!this.isOpen) hub.shut += 1;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#line.length + this.#blocked.size;
  }

  /** Deliveries whose promise is open. */
  get open(): number {
    return this.#open;
  }

  /** Why a message would be refused outright; nothing is refused to those who drop. */
  refusal(message: Message): PolyphonError | undefined {
    if (this.isOpen || this.overflow === "drop-oldest" || this.#line.length < this.queue) return undefined;
    if (this.overflow === "block" && this.#blocked.size < BLOCKED_MAX) return undefined;
    if (this.filter !== undefined && !this.filter(message)) return undefined;
    return new PolyphonError("BUS_BACKPRESSURE", {
      message: `${message.subject}: a subscriber of ${this.pattern} has ${this.waiting} messages waiting and takes no more.`,
      details: { subject: message.subject, pattern: this.pattern, waiting: this.waiting },
    });
  }

  /** Takes a message that its filter takes. A promise stands for a publisher that has to wait. */
  offer(message: Message, signal?: AbortSignal): Promise<void> | undefined {
    if (message.isExpired) {
      this.#expire(message);
      return undefined;
    }
    if (this.isOpen) {
      this.deliver(message);
      return undefined;
    }
    return this.#enqueue(message, signal);
  }

  /** Hands a message to the handler. */
  deliver(message: Message): void {
    this.delivered += 1;
    let result: unknown;
    try {
      const { handler } = this;
      result = handler(message);
    } catch (error) {
      this.threw(message, error);
      return;
    }
    if (this.answers && message.sink !== undefined) {
      if (isThenable(result)) this.#answerLater(message.sink, result);
      else this.#answering(settle(result, message.sink));
    } else if (result !== undefined) this.taken(message, result);
  }

  /** The handler answered something: a promise keeps a credit. */
  taken(message: Message, result: unknown): void {
    if (isThenable(result)) this.#hold(message, result);
  }

  /** More credit: the reader of a stream wants another message. */
  grant(credit: number): void {
    this.#credit += credit;
    this.#pump();
  }

  /** Takes back credit that a reader no longer has use for. */
  revoke(credit: number): void {
    this.#credit -= credit;
    if (this.isOpen && this.#open >= this.#credit) this.#shut();
  }

  /** Nothing is delivered from now on; what waits is dropped. */
  close(): void {
    if (!this.isOpen && !this.isClosed) this.#hub.shut -= 1;
    this.isClosed = true;
    this.isOpen = false;
    this.#divert();
    for (let held = this.#next(); held !== undefined; held = this.#next()) this.#drop(held.message, "closed");
    this.#settleIdle();
    this.#closed?.();
  }

  /** Resolves when nothing waits and no promise is open. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  get #isIdle(): boolean {
    return this.#open === 0 && this.waiting === 0;
  }

  /** One reaction for the answer and the credit: a request is made of little else. */
  #answerLater(sink: ReplySink, result: PromiseLike<unknown>): void {
    this.#take();
    result.then(
      (value) => {
        const rest = settle(value, sink);
        if (rest === undefined) this.#release();
        else void rest.then(() => this.#release());
      },
      (error) => {
        this.failed += 1;
        sink.fail(error);
        this.#release();
      },
    );
  }

  /** Several answers keep the credit until their end, and how they end is the requester's to know. */
  #answering(rest: Promise<void> | undefined): void {
    if (rest === undefined) return;
    this.#take();
    void rest.then(() => this.#release());
  }

  #take(): void {
    this.#open += 1;
    if (this.isOpen && this.#open >= this.#credit) this.#shut();
  }

  /** The next message waits here. */
  #shut(): void {
    this.isOpen = false;
    this.#hub.shut += 1;
    this.#divert();
  }

  /** A message of a pass that began when there was room. It is counted with the others, and again when it is delivered. */
  late(message: Message): undefined {
    (this.isClosed ? this.#hub.counters : this).delivered -= 1;
    void this.offer(message);
    return undefined;
  }

  #divert(): void {
    for (let route = this.#hub.passing; route !== undefined; route = route.outer) route.divert(this);
  }

  #hold(message: Message, result: PromiseLike<unknown>): void {
    this.#take();
    result.then(
      () => this.#release(),
      (error) => {
        this.threw(message, error);
        this.#release();
      },
    );
  }

  #release(): void {
    this.#open -= 1;
    // Nearly always nothing waits.
    if (this.isOpen) {
      if (this.#onIdle.length > 0) this.#settleIdle();
    } else this.#pump();
  }

  #enqueue(message: Message, signal: AbortSignal | undefined): Promise<void> | undefined {
    if (this.isClosed) return undefined;
    message.stamp();
    const held = { message, rank: RANKS[message.priority], sinceMs: this.#hub.clock.monoMs() };
    if (this.#line.length < this.queue) {
      this.#line.push(held);
      return undefined;
    }
    // What could not be refused beforehand, as it came from another node or to all of a group, holds its sender back.
    if (this.overflow !== "drop-oldest" && this.#blocked.size < BLOCKED_MAX) return this.#block(held, signal);
    const gone = this.#line.drop(held.rank);
    if (gone !== undefined) this.#line.push(held);
    this.#drop((gone ?? held).message, "overflow");
    return undefined;
  }

  #drop(message: Message, reason: "overflow" | "closed"): void {
    this.dropped += 1;
    this.#hub.dropped(message, this, reason);
  }

  #block(held: Held, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#blocked.delete(blocked);
        reject(signal?.reason);
      };
      const blocked: Blocked = {
        ...held,
        entered: () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#blocked.add(blocked);
    });
  }

  /** Hands on what waits, as far as the credit goes. What comes meanwhile joins the end. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#open < this.#credit && !this.isClosed) {
      const held = this.#next();
      if (held === undefined) break;
      if (held.message.isExpired) {
        this.#expire(held.message);
        continue;
      }
      this.#hub.waited(held.sinceMs);
      this.deliver(held.message);
    }
    this.#isPumping = false;
    if (!this.isOpen && !this.isClosed && this.#line.length === 0 && this.#open < this.#credit) {
      this.isOpen = true;
      this.#hub.shut -= 1;
    }
    this.#settleIdle();
  }

  /** Its time was over before its turn came, or on its way here. */
  #expire(message: Message): void {
    this.expired += 1;
    this.#hub.dropped(message, this, "expired");
  }

  /** Who is next; there is room then for one of the publishers that wait, and where nothing else waits, it is next. */
  #next(): Held | undefined {
    const held = this.#line.shift();
    const [first] = this.#blocked;
    if (first === undefined) return held;
    this.#blocked.delete(first);
    first.entered();
    if (held === undefined) return first;
    this.#line.push(first);
    return held;
  }

  /** The handler failed. */
  threw(message: Message, error: unknown): void {
    this.failed += 1;
    if (this.answers && message.sink !== undefined) message.sink.fail(error);
    else this.#hub.failed(message, this.pattern, error);
  }

  #settleIdle(): void {
    if (this.#onIdle.length === 0 || !this.#isIdle) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}
