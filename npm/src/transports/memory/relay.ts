import type { Hub } from "../../bus/hub.ts";
import { Message, type MessageInit } from "../../bus/message.ts";
import { callOff, END_HEADER, errorPayload, type ResponsePayload } from "../../bus/reply.ts";
import { PendingRequest } from "../../bus/request.ts";
import type { TransportAsker, TransportAsking, TransportMessage } from "../transport.ts";

/** A request of somebody behind a transport: its answers are told as the messages they are. @internal */
export class Relay extends PendingRequest implements TransportAsking {
  override readonly takesMany = true;
  readonly #all: Set<Relay>;
  #asker: TransportAsker | undefined;
  #sequence = 0;

  /** `all` has it while it is open. */
  constructor(hub: Hub, request: TransportMessage, timeoutMs: number, asker: TransportAsker, all: Set<Relay>) {
    super(hub, request.subject, request.payload, initOf(request), timeoutMs, 0, nobody, nobody);
    hub.remote.add(this);
    this.#asker = asker;
    this.#all = all;
    all.add(this);
  }

  override next(value: unknown): Promise<void> | undefined {
    return this.#give(this.#message({ kind: "response" }, { result: value, sequence: this.#sequence++, done: false }));
  }

  override answer(value: unknown): void {
    const payload: ResponsePayload = { result: value ?? null, sequence: this.#sequence, done: true };
    this.#last(this.#message({ kind: "response" }, payload));
  }

  override end(): void {
    const payload: ResponsePayload = { result: null, sequence: this.#sequence, done: true };
    this.#last(this.#message({ kind: "response", headers: { [END_HEADER]: "end" } }, payload));
  }

  override fail(error: unknown): void {
    this.#last(this.#message({ kind: "error" }, errorPayload(error)));
  }

  override arrive(reply: TransportMessage): Promise<void> | undefined {
    if (reply.kind !== "error" && (reply.payload as ResponsePayload).done === false) return this.#give(reply);
    this.#last(reply);
    return undefined;
  }

  override abandon(error: unknown): void {
    if (this.isOver) return;
    super.abandon(error);
    this.#asker?.end(error);
  }

  /** Nobody takes answers any more. */
  callOff(): void {
    if (this.isOver) return;
    this.#asker = undefined;
    this.abandon(callOff());
  }

  protected override finish(isFailed: boolean, error: unknown): void {
    this.#all.delete(this);
    super.finish(isFailed, error);
  }

  /** One of several answers. It is not the responder who is slow until it has been taken. */
  #give(message: TransportMessage): Promise<void> | undefined {
    if (this.isOver) return undefined;
    const isWatched = this.list !== undefined;
    if (isWatched) this.hub.deadlines.lift(this);
    const taken = this.#asker?.answer(message);
    if (taken !== undefined) return taken.then(() => this.#expectMore(isWatched));
    this.#expectMore(isWatched);
    return undefined;
  }

  #expectMore(isWatched: boolean): void {
    if (isWatched && this.list === undefined) this.watch(this.hub.clock.monoMs());
  }

  #last(message: TransportMessage): void {
    if (this.isOver) return;
    this.finish(false, undefined);
    this.hub.counters.answered += 1;
    const asker = this.#asker;
    const taken = asker?.answer(message);
    if (taken === undefined) asker?.end();
    else void taken.then(() => asker?.end());
  }

  #message(init: MessageInit, payload: unknown): Message {
    return new Message(this.hub, this.replyTo, payload, { ...init, cause: this.message });
  }
}

function nobody(): void {}

/** Fields by hand: a message has them as getters. Answers come back here, not where the other side wants them. */
function initOf(request: TransportMessage): MessageInit {
  const { id, kind, source, timestampMs, priority, correlationId, causationId, ttlMs, trace, headers, schema } =
    request;
  const { version, extensions, unknown } = request;
  const carried = { version, extensions, unknown };
  return {
    id,
    kind,
    source,
    timestampMs,
    priority,
    correlationId,
    causationId,
    ttlMs,
    trace,
    headers,
    schema,
    ...carried,
  };
}
