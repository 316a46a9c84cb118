import type { Bus, MessageHandler } from "../../bus/bus.ts";
import type { Message } from "../../bus/message.ts";
import type { PublishOptions, RequestOptions, SubscribeOptions } from "../../bus/options.ts";
import type { Subscription } from "../../bus/subscription.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Stream } from "../../runtime/stream.ts";
import type { AgentBus } from "../agent-bus.ts";
import type { Attempt } from "../host.ts";

/** What messages say of who sent them; not for callers to choose. */
interface Sender {
  readonly source: string;
}

/** The bus as one try uses it; made when it first does. */
export class Messaging implements AgentBus {
  readonly #bus: Bus;
  readonly #source: string;
  readonly #sessionId: string;
  /** Requests end when the try is asked to end, subscriptions when it has ended. */
  readonly #asking = new AbortController();
  readonly #listening = new AbortController();

  /** `HOST_BUS_UNSUPPORTED` where there is no bus. */
  constructor({ bus, agentId, sessionId }: Attempt) {
    if (bus === undefined) {
      throw new PolyphonError("HOST_BUS_UNSUPPORTED", { message: "The host of this agent was given no bus." });
    }
    this.#bus = bus;
    this.#source = agentId;
    this.#sessionId = sessionId;
  }

  publish(subject: string, payload?: unknown, options?: PublishOptions): Promise<void> | undefined {
    this.#check();
    const sent: PublishOptions & Sender = { ...this.#correlation(options), ...options, source: this.#source };
    return this.#bus.publish(subject, payload, sent);
  }

  async request<R>(subject: string, payload?: unknown, options?: RequestOptions): Promise<R> {
    this.#check();
    return this.#bus.request<R>(subject, payload, this.#asked(options));
  }

  requestMany<R>(subject: string, payload?: unknown, options?: RequestOptions): Stream<R> {
    this.#check();
    return this.#bus.requestMany<R>(subject, payload, this.#asked(options));
  }

  subscribe<T>(pattern: string, options?: SubscribeOptions): Stream<Message<T>>;
  subscribe<T>(pattern: string, handler: MessageHandler<T>, options?: SubscribeOptions): Subscription;
  subscribe<T>(
    pattern: string,
    second?: MessageHandler<T> | SubscribeOptions,
    third?: SubscribeOptions,
  ): Stream<Message<T>> | Subscription {
    this.#check();
    if (typeof second !== "function") return this.#bus.subscribe<T>(pattern, this.#heard(second));
    return this.#bus.subscribe<T>(pattern, second, this.#heard(third));
  }

  respond<T>(pattern: string, handler: MessageHandler<T>, options?: Omit<SubscribeOptions, "retained">): Subscription {
    this.#check();
    return this.#bus.respond<T>(pattern, handler, this.#heard(options));
  }

  /** The try was asked to end. */
  stop(reason: unknown): void {
    this.#asking.abort(reason);
  }

  /** The try has ended. */
  end(): void {
    this.#asking.abort(fenced());
    this.#listening.abort(fenced());
  }

  #check(): void {
    if (this.#listening.signal.aborted) throw fenced();
  }

  #asked(options: RequestOptions | undefined): RequestOptions {
    const signal = either(this.#asking.signal, options?.signal);
    const sent: RequestOptions & Sender = { ...this.#correlation(options), ...options, source: this.#source, signal };
    return sent;
  }

  /** What follows from a message is correlated as that is. */
  #correlation(options: PublishOptions | undefined): { readonly correlationId?: string } {
    return options?.cause === undefined ? { correlationId: this.#sessionId } : {};
  }

  #heard(options: SubscribeOptions | undefined): SubscribeOptions {
    return { ...options, signal: either(this.#listening.signal, options?.signal) };
  }
}

/** @internal */
export function fenced(): PolyphonError {
  return new PolyphonError("LEASE_FENCED", { message: "The try has ended: it sends and hears nothing more." });
}

function either(own: AbortSignal, given: AbortSignal | undefined): AbortSignal {
  return given === undefined ? own : AbortSignal.any([own, given]);
}
