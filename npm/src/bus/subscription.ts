import { PolyphonError } from "../errors/error.ts";
import { compileFilter } from "./filter.ts";
import type { Hub } from "./hub.ts";
import type { Message } from "./message.ts";
import type { SubscribeOptions } from "./options.ts";
import { checkSubject } from "./subjects.ts";
import type { Subscriber, SubscriberInit } from "./subscriber.ts";

/** What one subscription counted. */
export interface SubscriptionStatistics {
  readonly delivered: number;
  readonly failed: number;
  readonly dropped: number;
  readonly expired: number;
  /** Messages that wait now. */
  readonly waiting: number;
  /** Promises of the handler that are open now. */
  readonly open: number;
}

/** A subscription with a handler. */
export class Subscription implements Disposable {
  readonly pattern: string;
  /** Resolves when what is published on other nodes reaches it too; at once without a transport. */
  readonly ready: Promise<void>;
  readonly #hub: Hub;
  /** @internal */
  readonly subscriber: Subscriber;
  readonly #forget: () => void;

  /** @internal */
  constructor(hub: Hub, init: SubscriberInit, options: SubscribeOptions) {
    const { signal, retained = true } = options;
    this.#hub = hub;
    this.pattern = init.pattern;
    const abort = (): void => this.unsubscribe();
    this.#forget = () => signal?.removeEventListener("abort", abort);
    const wantsLasts = retained && init.group === undefined;
    // Elsewhere they may have changed since: with a transport it is the transport that tells them.
    this.subscriber = hub.subscribe(init, wantsLasts && hub.link === undefined);
    this.ready = hub.link?.join(this.subscriber, wantsLasts) ?? Promise.resolve();
    this.ready.catch((error) => hub.trouble(error));
    if (signal?.aborted) this.unsubscribe();
    else signal?.addEventListener("abort", abort, { once: true });
  }

  get statistics(): SubscriptionStatistics {
    this.#hub.routing.fold();
    const { delivered, failed, dropped, expired, waiting, open } = this.subscriber;
    return { delivered, failed, dropped, expired, waiting, open };
  }

  /** Nothing is delivered any more; what waits is dropped. Safe to call twice. */
  unsubscribe(): void {
    this.#forget();
    this.#hub.unsubscribe(this.subscriber);
    this.#hub.link?.leave(this.subscriber).catch((error) => this.#hub.trouble(error));
  }

  /** Takes nothing new and resolves when what waits has been handled. */
  async drain(): Promise<void> {
    this.#forget();
    this.#hub.detach(this.subscriber);
    await this.#hub.link?.leave(this.subscriber);
    await this.subscriber.idle();
    this.unsubscribe();
  }

  [Symbol.dispose](): void {
    this.unsubscribe();
  }
}

/** What a subscriber is made from, its options checked. @internal */
export function initOf(
  pattern: string,
  handler: (message: Message) => unknown,
  options: SubscribeOptions,
): SubscriberInit {
  const { group, filter, credit = 16, queue = 1_024, overflow = "drop-oldest" } = options;
  whole("credit", credit, 1);
  whole("queue", queue, 0);
  if (overflow !== "drop-oldest" && overflow !== "block" && overflow !== "reject")
    throw invalid(`overflow must be drop-oldest, block or reject, not ${String(overflow)}.`);
  if (group !== undefined) checkSubject(group);
  return {
    pattern,
    handler,
    group,
    filter: filter === undefined ? undefined : compileFilter(filter),
    wanted: filter,
    ...{ credit, queue, overflow, answers: false, origin: undefined },
  };
}

function whole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= 1_000_000) return;
  throw invalid(`${name} must be a whole number from ${least} to 1000000, not ${String(value)}.`);
}

function invalid(message: string): PolyphonError {
  return new PolyphonError("BUS_INVALID", { message });
}
