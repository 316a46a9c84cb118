import type { MessageHandler } from "../bus/bus.ts";
import type { Message } from "../bus/message.ts";
import type { PublishOptions, RequestOptions, SubscribeOptions } from "../bus/options.ts";
import type { Subscription } from "../bus/subscription.ts";
import type { Stream } from "../runtime/stream.ts";

/**
 * The team's bus, as one try uses it: what it sends carries the agent's id as its source, and the session's id as correlation
 * where no `cause` gives another. With rights (`BusOptions.access`) the name of the agent is the principal. Everything throws what
 * the bus throws, `HOST_BUS_UNSUPPORTED` where the host was given none, and `LEASE_FENCED` once the try has ended.
 */
export interface AgentBus {
  /** See `Bus.publish`: `undefined`, or a promise while somebody makes publishers wait; await it in any case. */
  publish(subject: string, payload?: unknown, options?: PublishOptions): Promise<void> | undefined;
  /** See `Bus.request`. It rejects with the reason when the try is asked to end. */
  request<R = unknown>(subject: string, payload?: unknown, options?: RequestOptions): Promise<R>;
  /** See `Bus.requestMany`. */
  requestMany<R = unknown>(subject: string, payload?: unknown, options?: RequestOptions): Stream<R>;
  /** See `Bus.subscribe`. Ends with the try. */
  subscribe<T = unknown>(pattern: string, options?: SubscribeOptions): Stream<Message<T>>;
  subscribe<T = unknown>(pattern: string, handler: MessageHandler<T>, options?: SubscribeOptions): Subscription;
  /** See `Bus.respond`. Ends with the try. */
  respond<T = unknown>(
    pattern: string,
    handler: MessageHandler<T>,
    options?: Omit<SubscribeOptions, "retained">,
  ): Subscription;
}
