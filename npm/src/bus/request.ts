import { errorFacts } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";
import { enterAll, type Gate, leaveAll } from "../policies/gate.ts";
import type { PolicyCall } from "../policies/policy.ts";
import { Deadline } from "../runtime/deadlines.ts";
import type { TraceContext, TransportAsking, TransportMessage } from "../transports/transport.ts";
import type { Hub } from "./hub.ts";
import { Message, type MessageInit } from "./message.ts";
import { callOff, END_HEADER, errorOf, type ReplySink, type ResponsePayload } from "./reply.ts";

const NO_TICKETS: readonly number[] = [];

/** Whatever tells that the answer is no longer wanted: a signal, or a call through policies, which needs none. */
export interface Aborts {
  readonly aborted: boolean;
  readonly reason: unknown;
  onAbort(listener: () => void): () => void;
}

/** A request that waits for its answer. @internal */
export class PendingRequest extends Deadline implements ReplySink {
  readonly takesMany: boolean = false;
  readonly message: Message;
  readonly timeoutMs: number;
  isOver = false;
  protected readonly hub: Hub;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #startMs: number;
  readonly #span: number;
  #retries: number;
  #isRemote = false;
  #isAborted = false;
  /** Whether more than one may be working on it. */
  #isRepeated = false;
  #number = 0;
  #id: string | undefined;
  #controller: AbortController | undefined;
  /** What was asked elsewhere and may still answer. */
  asking: TransportAsking | undefined;
  #release: (() => void) | undefined;
  #gates: readonly Gate[] | undefined;
  #tickets: readonly number[] = NO_TICKETS;

  constructor(
    hub: Hub,
    subject: string,
    payload: unknown,
    init: MessageInit | undefined,
    timeoutMs: number,
    retries: number,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.hub = hub;
    this.timeoutMs = timeoutMs;
    this.#retries = retries;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#startMs = hub.clock.monoMs();
    const { spans } = hub;
    this.#span = spans === undefined ? -1 : spans.begin(subject, init?.trace ?? init?.cause?.trace, this.#startMs);
    this.message = new Message(hub, subject, payload, init, this);
    hub.life.pending += 1;
    hub.counters.sent += 1;
  }

  get id(): string {
    this.#id ??= this.message.init?.id ?? this.hub.id();
    return this.#id;
  }

  /** Asked for when the request leaves the process, or when somebody else is to answer: only then it can be found by it. */
  get replyTo(): string {
    if (this.#number === 0) {
      this.#number = this.hub.nextNumber();
      if (!this.isOver) this.hub.waiting.set(this.#number, this);
    }
    return `$reply.${this.hub.node}.${this.#number}`;
  }

  get trace(): TraceContext | undefined {
    return this.#span < 0 ? undefined : this.hub.spans?.contextOf(this.#span);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.isOver) this.#controller.abort(callOff());
    return this.#controller.signal;
  }

  /** Ends the wait with the reason when `aborts` says so. */
  until(aborts: Aborts): void {
    const abort = (): void => {
      this.#isAborted = true;
      this.abandon(aborts.reason);
    };
    if (aborts.aborted) abort();
    else this.#release = aborts.onAbort(abort);
  }

  /** Goes through gates, which hear of its end. Throws what one of them refuses with. */
  enter(gates: readonly Gate[]): void {
    this.#tickets = enterAll(gates, this.#startMs);
    this.#gates = gates;
  }

  /** The clock runs: the message is on its way to somebody here. */
  watch(nowMs: number = this.#startMs): void {
    if (!this.isOver) this.hub.deadlines.set(this, this.timeoutMs, nowMs);
  }

  /** The message goes to whoever is elsewhere; the transport watches the time. */
  send(): void {
    this.#isRemote = true;
    this.hub.remote.add(this);
    this.hub.link?.request(this, this.message);
  }

  override expire(): void {
    // Who answers is here and has the message: it is not sent again, only waited for again.
    if (this.#retries > 0) {
      this.#retries -= 1;
      this.hub.counters.repeated += 1;
      this.hub.deadlines.set(this, this.timeoutMs, this.hub.clock.monoMs());
    } else this.abandon(timedOut(this.message.subject, this.timeoutMs));
  }

  next(value: unknown): Promise<void> | undefined {
    this.answer(value);
    return undefined;
  }

  answer(value: unknown): void {
    if (this.isOver) return;
    this.finish(false, undefined);
    this.hub.counters.answered += 1;
    this.#resolve(value);
    if (this.#isRepeated) this.hub.own.callOff(this.id);
  }

  /** There was no answer at all in a stream of them. */
  end(): void {
    this.answer(undefined);
  }

  /** The responder failed. */
  fail(error: unknown): void {
    this.abandon(error);
  }

  /** There will be no answer. */
  abandon(error: unknown): void {
    if (this.isOver) return;
    const isTimeout = error instanceof PolyphonError && error.code === "REQUEST_TIMEOUT";
    if (isTimeout && this.#isRemote && this.#retries > 0 && !this.takesMany) {
      this.#retries -= 1;
      this.#isRepeated = true;
      this.hub.counters.repeated += 1;
      this.hub.link?.request(this, this.message);
      return;
    }
    this.finish(true, error);
    this.hub.counters.requestsFailed += 1;
    if (isTimeout) this.hub.counters.timedOut += 1;
    this.#reject(error);
    this.#controller?.abort(error);
    // Somebody else may be working on it. One that is only late may be asked again by whoever gave the message over.
    const isRepeatable = isTimeout && this.message.init?.id !== undefined;
    if ((this.#number > 0 || this.#isRemote) && !isRepeatable) this.hub.own.callOff(this.id);
  }

  /** An answer that came as a message. */
  arrive(reply: TransportMessage): Promise<void> | undefined {
    if (reply.kind === "error") {
      this.fail(errorOf(reply.payload, (code) => Object.hasOwn(errorFacts, code)));
      return undefined;
    }
    const { result, done } = reply.payload as ResponsePayload;
    if (reply.headers?.[END_HEADER] === "end") this.end();
    else if (done === false) return this.next(result);
    else this.answer(result);
    return undefined;
  }

  protected finish(isFailed: boolean, error: unknown): void {
    this.isOver = true;
    const { hub } = this;
    if (this.list !== undefined) hub.deadlines.lift(this);
    if (this.#number > 0) hub.waiting.delete(this.#number);
    if (this.#isRemote || this.takesMany) hub.remote.delete(this);
    this.asking?.callOff();
    this.#release?.();
    hub.life.requestEnded();
    const isTimed = this.#span >= 0 || hub.isSampled();
    if (!isTimed && this.#gates === undefined) return;
    const nowMs = hub.clock.monoMs();
    if (this.#gates !== undefined) {
      const failure = isFailed ? { error, isAborted: this.#isAborted } : undefined;
      leaveAll(this.#gates, this.#tickets, failure, nowMs);
    }
    if (isTimed) {
      hub.counters.latency.record(nowMs - this.#startMs);
      if (this.#span >= 0) hub.spans?.end(this.#span, isFailed, nowMs);
    }
  }
}

/** A request whose answers are taken one by one. @internal */
export class PendingStream extends PendingRequest {
  override readonly takesMany = true;
  readonly #values: unknown[] = [];
  #isEnded = false;
  #error: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #taken: (() => void) | undefined;

  constructor(hub: Hub, subject: string, payload: unknown, init: MessageInit | undefined, timeoutMs: number) {
    const ended = { value: (_: unknown): void => undefined, error: (_: unknown): void => undefined };
    super(
      hub,
      subject,
      payload,
      init,
      timeoutMs,
      0,
      (value) => ended.value(value),
      (error) => ended.error(error),
    );
    hub.remote.add(this);
    ended.error = (error) => {
      this.#error = { error };
      this.#wakeUp();
    };
  }

  /** Waits until the value has been taken, so that a responder is never more than one ahead. */
  override next(value: unknown): Promise<void> | undefined {
    if (this.isOver) return undefined;
    this.#values.push(value);
    // It is not the responder who is slow now.
    if (this.list !== undefined) this.hub.deadlines.lift(this);
    this.#wakeUp();
    return new Promise((resolve) => (this.#taken = resolve));
  }

  override answer(value: unknown): void {
    this.last(value);
  }

  override end(): void {
    if (this.isOver) return;
    this.finish(false, undefined);
    this.hub.counters.answered += 1;
    this.#isEnded = true;
    this.#wakeUp();
  }

  /** Nobody takes answers any more. */
  leave(): void {
    this.abandon(callOff());
  }

  async take(): Promise<IteratorResult<unknown, undefined>> {
    for (;;) {
      if (this.#values.length > 0) {
        const value = this.#values.shift();
        this.#taken?.();
        this.#taken = undefined;
        if (this.#values.length === 0) this.#expectMore();
        return { done: false, value };
      }
      if (this.#error !== undefined) throw this.#error.error;
      if (this.#isEnded) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The value that ends it. */
  protected last(value: unknown): void {
    if (this.isOver) return;
    this.#values.push(value);
    PendingStream.prototype.end.call(this);
  }

  #expectMore(): void {
    if (!this.isOver && this.list === undefined) this.hub.deadlines.set(this, this.timeoutMs, this.hub.clock.monoMs());
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
    if (!this.isOver) return;
    this.#taken?.();
    this.#taken = undefined;
  }
}

/** What tells that an answer is no longer wanted. A call through policies of ours needs no signal for that. @internal */
export function abortsOf(until: AbortSignal | PolicyCall): Aborts {
  if (until instanceof AbortSignal) return ofSignal(until);
  return "onAbort" in until ? (until as unknown as Aborts) : ofSignal(until.signal);
}

function ofSignal(signal: AbortSignal): Aborts {
  return {
    get aborted() {
      return signal.aborted;
    },
    get reason() {
      return signal.reason;
    },
    onAbort: (listener) => {
      signal.addEventListener("abort", listener, { once: true });
      return () => signal.removeEventListener("abort", listener);
    },
  };
}

function timedOut(subject: string, timeoutMs: number): PolyphonError {
  return new PolyphonError("REQUEST_TIMEOUT", {
    message: `${subject}: no answer within ${timeoutMs} ms; whether it took effect is unknown.`,
    details: { subject, timeoutMs },
  });
}
