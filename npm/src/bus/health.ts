import type { TransportHealth } from "../transports/transport.ts";
import type { Hub } from "./hub.ts";

/** How a bus is. */
export interface BusHealth {
  /** `degraded` while a subscriber has no room or the transport is not up. */
  readonly state: "up" | "degraded" | "draining" | "closed";
  readonly node: string;
  readonly subscriptions: number;
  /** Messages that wait for subscribers. */
  readonly waiting: number;
  /** Requests that wait for answers. */
  readonly pending: number;
  /** Patterns of subscribers whose queue is full, at most 100. */
  readonly full: readonly string[];
  readonly transport: TransportHealth | undefined;
}

/** @internal */
export function healthOf(hub: Hub): BusHealth {
  const all = [...hub.subscribers];
  const full = all.filter(({ waiting, queue }) => waiting > 0 && waiting >= queue).map(({ pattern }) => pattern);
  const transport = hub.link?.transport.health();
  const isWell = full.length === 0 && (transport === undefined || transport.state === "up");
  return {
    state: hub.life.state === "up" && !isWell ? "degraded" : hub.life.state,
    node: hub.node,
    subscriptions: all.length,
    waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
    pending: hub.life.pending,
    full: full.slice(0, 100),
    transport,
  };
}
