import type { Hub } from "../../bus/hub.ts";
import { Message, type MessageInit } from "../../bus/message.ts";
import { END_HEADER, errorPayload, type ResponsePayload } from "../../bus/reply.ts";
import { PendingStream } from "../../bus/request.ts";
import type { TransportMessage } from "../transport.ts";

/** A request of somebody behind a transport: its answers are taken as the messages they are. @internal */
export class Relay extends PendingStream {
  #sequence = 0;

  constructor(hub: Hub, request: TransportMessage, timeoutMs: number) {
    super(hub, request.subject, request.payload, initOf(request), timeoutMs);
  }

  override next(value: unknown): Promise<void> | undefined {
    return super.next(this.#message({ kind: "response" }, { result: value, sequence: this.#sequence++, done: false }));
  }

  override answer(value: unknown): void {
    const payload: ResponsePayload = { result: value ?? null, sequence: this.#sequence, done: true };
    this.last(this.#message({ kind: "response" }, payload));
  }

  override end(): void {
    const payload: ResponsePayload = { result: null, sequence: this.#sequence, done: true };
    this.last(this.#message({ kind: "response", headers: { [END_HEADER]: "end" } }, payload));
  }

  override fail(error: unknown): void {
    this.last(this.#message({ kind: "error" }, errorPayload(error)));
  }

  override arrive(reply: TransportMessage): Promise<void> | undefined {
    if (reply.kind !== "error" && (reply.payload as ResponsePayload).done === false) return super.next(reply);
    this.last(reply);
    return undefined;
  }

  #message(init: MessageInit, payload: unknown): Message {
    return new Message(this.hub, this.replyTo, payload, { ...init, cause: this.message });
  }
}

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
