/** Durable queues: what `team.queue(name)` gives. */
export { QueueMessage, type QueueNackOptions, type QueueOutgoing } from "./message.ts";
export type { QueueTraffic } from "./meter.ts";
export type {
  QueueConsumeOptions,
  QueueOptions,
  QueueOutgoingOptions,
  QueuePublishOptions,
  QueueRetryOptions,
  QueueScheduleOptions,
} from "./options.ts";
export type { DeadLetter, Queue, QueueConsumer, QueueHandler, QueueSchedule, QueueStats } from "./queue.ts";
