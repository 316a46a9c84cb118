/** What a program sees of the bus. */
export { Bus, type MessageHandler } from "./bus.ts";
export type { Filter, FilterTest } from "./filter.ts";
export type { BusHealth } from "./health.ts";
export type { Quantiles } from "./histogram.ts";
export type { Message } from "./message.ts";
export type { BusEvent, BusLimit, BusOptions, PublishOptions, RequestOptions, SubscribeOptions } from "./options.ts";
export type { Span } from "./spans.ts";
export type { BusStatistics } from "./statistics.ts";
export { TOPICS, type Topic } from "./subjects.ts";
export type { Subscription, SubscriptionStatistics } from "./subscription.ts";
