import type {
  Transport,
  TransportMessage,
  TransportRequestOptions,
  TransportSubscribeOptions,
  TransportSubscription,
} from "../../../npm/src/transports/transport.ts";

/** Who watches what passes a transport. */
export interface Watch {
  /** Before the transport is given a message. Answers who hears how it ended. */
  published(message: TransportMessage): (error?: unknown) => void;
  /** A subscription. Answers who hears of each message, before it goes on, and of the end. */
  subscribed(
    pattern: string,
    options: TransportSubscribeOptions,
  ): { came(message: TransportMessage): void; ended(): void };
}

/** The same transport with somebody watching. */
export function tapped(inner: Transport, watch: Watch): Transport {
  const open = new Set<() => void>();
  const endAll = (): void => {
    for (const ended of open) ended();
  };
  return {
    kind: inner.kind,
    durability: inner.durability,
    ordering: inner.ordering,
    publish(message: TransportMessage): Promise<void> {
      const settled = watch.published(message);
      const done = inner.publish(message);
      done.then(() => settled(), settled);
      return done;
    },
    async subscribe(
      pattern: string,
      deliver: (message: TransportMessage) => unknown,
      options: TransportSubscribeOptions = {},
    ): Promise<TransportSubscription> {
      const { came, ended } = watch.subscribed(pattern, options);
      open.add(ended);
      const take = (message: TransportMessage): unknown => {
        came(message);
        return deliver(message);
      };
      const subscription = await inner.subscribe(pattern, take, options);
      return {
        unsubscribe: () => {
          ended();
          return subscription.unsubscribe();
        },
      };
    },
    request: (message: TransportMessage, options?: TransportRequestOptions) => inner.request(message, options),
    health: () => inner.health(),
    drain: () => {
      endAll();
      return inner.drain();
    },
    close: () => {
      endAll();
      return inner.close();
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** The number a message has in the simulation; `undefined` for what the runtime says. */
export function numberOf({ subject, payload }: TransportMessage): number | undefined {
  if (subject.startsWith("$")) return undefined;
  return (payload as { readonly n?: number } | null | undefined)?.n;
}
