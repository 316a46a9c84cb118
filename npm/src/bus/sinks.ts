import type { TransportMessage } from "../transports/transport.ts";
import type { Hub } from "./hub.ts";
import type { MessageInit } from "./message.ts";
import { callOff, END_HEADER, errorPayload, type ReplySink } from "./reply.ts";

/** Publishes the answers to a message that came from elsewhere, or that named a subject for them. @internal */
export class PublishingSink implements ReplySink {
  readonly takesMany = true;
  readonly id: undefined;
  readonly replyTo: undefined;
  readonly trace: undefined;
  isOver = false;
  readonly #hub: Hub;
  #request: TransportMessage;
  readonly #ended: () => void;
  #sequence = 0;
  #controller: AbortController | undefined;

  constructor(hub: Hub, request: TransportMessage, ended: () => void) {
    this.#hub = hub;
    this.#request = request;
    this.#ended = ended;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.isOver) this.#controller.abort(callOff());
    return this.#controller.signal;
  }

  next(result: unknown): Promise<void> | undefined {
    if (this.isOver) return undefined;
    return this.#send({ kind: "response" }, { result, sequence: this.#sequence++, done: false });
  }

  answer(result: unknown): void {
    this.#last({ kind: "response" }, { result: result ?? null, sequence: this.#sequence, done: true });
  }

  end(): void {
    const init: MessageInit = { kind: "response", headers: { [END_HEADER]: "end" } };
    this.#last(init, { result: null, sequence: this.#sequence, done: true });
  }

  fail(error: unknown): void {
    this.#last({ kind: "error" }, errorPayload(error));
  }

  /** The same request came again: who waits now waits there. */
  redirect(request: TransportMessage): void {
    this.#request = request;
  }

  /** Nobody waits any more. */
  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#ended();
    this.#controller?.abort(callOff());
  }

  #last(init: MessageInit, payload: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#ended();
    this.#send(init, payload)?.catch((error) => this.#hub.trouble(error));
  }

  #send(init: MessageInit, payload: unknown): Promise<void> | undefined {
    return this.#hub.own.reply(this.#request.replyTo as string, payload, { ...init, cause: this.#request });
  }
}
