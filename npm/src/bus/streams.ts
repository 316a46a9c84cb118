import { Stream } from "../runtime/stream.ts";
import type { Hub } from "./hub.ts";
import type { Message } from "./message.ts";
import type { SubscribeOptions } from "./options.ts";
import type { PendingStream } from "./request.ts";
import { initOf, Subscription } from "./subscription.ts";

/**
 * The messages of a pattern. Each subscriber and each loop is a subscription of its own, with the options' queue: a loop
 * takes a message when it is ready for it, in order of priority, and leaving it unsubscribes. @internal
 */
export class BusStream<T> extends Stream<Message<T>> {
  readonly #hub: Hub;
  readonly #pattern: string;
  readonly #options: SubscribeOptions;

  constructor(hub: Hub, pattern: string, options: SubscribeOptions) {
    // Checked when the stream is made, not when somebody first uses it.
    initOf(pattern, () => undefined, options);
    super((subscriber) => {
      const handler = (message: Message): void => subscriber.next(message as Message<T>);
      const init = { ...initOf(pattern, handler, options), closed: () => subscriber.complete() };
      const subscription = new Subscription(hub, init, options);
      return () => subscription.unsubscribe();
    });
    this.#hub = hub;
    this.#pattern = pattern;
    this.#options = options;
  }

  override [Symbol.asyncIterator](): AsyncIterator<Message<T>, undefined> {
    const wanting: ((result: IteratorResult<Message<T>, undefined>) => void)[] = [];
    let isOver = false;
    const end = (): void => {
      isOver = true;
      for (const resolve of wanting.splice(0)) resolve({ done: true, value: undefined });
    };
    const init = initOf(
      this.#pattern,
      (message) => {
        // One credit was given for one message.
        subscriber.revoke(1);
        wanting.shift()?.({ done: false, value: message as Message<T> });
      },
      this.#options,
    );
    const subscription = new Subscription(this.#hub, { ...init, credit: 0, closed: end }, this.#options);
    const { subscriber } = subscription;
    return {
      next: () =>
        new Promise((resolve) => {
          if (isOver) return resolve({ done: true, value: undefined });
          wanting.push(resolve);
          subscriber.grant(1);
        }),
      return: async () => {
        subscription.unsubscribe();
        return { done: true, value: undefined };
      },
    };
  }
}

/** The answers to a request, which is made for each subscriber and each loop. @internal */
export class ReplyStream<R> extends Stream<R> {
  readonly #ask: () => PendingStream;

  constructor(ask: () => PendingStream) {
    super((subscriber) => {
      let pending: PendingStream;
      try {
        pending = ask();
      } catch (error) {
        return subscriber.error(error);
      }
      const take = async (): Promise<void> => {
        for (;;) {
          const { done, value } = await pending.take();
          if (done || subscriber.closed) return subscriber.complete();
          subscriber.next(value as R);
        }
      };
      take().catch((error) => subscriber.error(error));
      return () => pending.leave();
    });
    this.#ask = ask;
  }

  override [Symbol.asyncIterator](): AsyncIterator<R, undefined> {
    let pending: PendingStream | undefined;
    return {
      next: async () => {
        pending ??= this.#ask();
        return (await pending.take()) as IteratorResult<R, undefined>;
      },
      return: async () => {
        pending?.leave();
        return { done: true, value: undefined };
      },
    };
  }
}
