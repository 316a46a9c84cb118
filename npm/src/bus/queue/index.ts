/** Durable queues and streams: what `team.queue(name)` and `team.stream(name)` give. */
export { QueueMessage, type QueueNackOptions, type QueueOutgoing } from "./message.ts";
export type { QueueTraffic } from "./meter.ts";
export type {
  GroupOptions,
  QueueConsumeOptions,
  QueueOptions,
  QueueOutgoingOptions,
  QueuePublishOptions,
  QueueRetryOptions,
  QueueScheduleOptions,
  StreamOptions,
  StreamPosition,
  StreamReadOptions,
} from "./options.ts";
export type { DeadLetter, Queue, QueueConsumer, QueueHandler, QueueSchedule, QueueStats } from "./queue.ts";
export type {
  DurableStream,
  GroupStats,
  GroupSummary,
  StreamCursor,
  StreamGroup,
  StreamMessage,
  StreamStats,
} from "./stream.ts";
