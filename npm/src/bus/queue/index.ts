/** Durable queues: what `team.queue(name)` gives. */
export { QueueMessage, type QueueNackOptions } from "./message.ts";
export type { QueueConsumeOptions, QueueOptions, QueuePublishOptions, QueueRetryOptions } from "./options.ts";
export type { DeadLetter, Queue, QueueConsumer, QueueHandler, QueueStats } from "./queue.ts";
