import type { QueuePublishOptions } from "../bus/queue/options.ts";
import type { ServedQueues } from "./served-queues.ts";

/** What a call brings; each method knows what is there. */
export type Args = readonly [never, never, never, never, never];

type Do = (served: ServedQueues, args: Args, signal: AbortSignal) => unknown;

/** What may be asked of the owner's queues, and nothing else. */
export const QUEUE_CALLS: ReadonlyMap<string, Do> = new Map<string, Do>([
  ["queue.open", (served, [name, options]) => served.open(name, options)],
  ["stream.open", (served, [name, options]) => served.stream(name, options)],
  ["group.open", (served, [stream, name, options]) => served.group(stream, name, options)],
  [
    "queue.publish",
    (served, [queue, value, options], signal) =>
      served.of(queue).publish(value, { ...(options as QueuePublishOptions), signal }),
  ],
  ["queue.stats", (served, [queue]) => served.of(queue).stats()],
  ["queue.deadLetters", (served, [queue, options]) => served.of(queue).deadLetters(options)],
  ["queue.redrive", (served, [queue, numbers]) => served.of(queue).redrive(numbers)],
  ["queue.discard", (served, [queue, numbers]) => served.of(queue).discard(numbers)],
  [
    "queue.schedule",
    (served, [queue, name, cron, value, options]) => served.of(queue).schedule(name, cron, value, options),
  ],
  ["queue.unschedule", (served, [queue, name]) => served.of(queue).unschedule(name)],
  ["queue.schedules", (served, [queue]) => served.of(queue).schedules()],
  ["queue.remove", (served, [queue]) => served.remove(queue)],
  ["queue.report", (served, [held, outcome]) => served.report(held, outcome)],
  ["queue.extend", (served, [held, lengthMs]) => served.extend(held, lengthMs)],
  ["queue.ackAndPublish", (served, [held, outgoing]) => served.ackAndPublish(held, outgoing)],
  ["queue.leave", (served, [key]) => served.leave(key)],
  ["stream.groups", (served, [stream]) => served.streamOf(stream).groups()],
  ["stream.cursors", (served, [stream]) => served.streamOf(stream).cursors()],
  ["stream.seek", (served, [stream, cursor, position]) => served.streamOf(stream).seek(cursor, position)],
  ["stream.removeCursor", (served, [stream, cursor]) => served.streamOf(stream).removeCursor(cursor)],
  ["stream.purge", (served, [stream, before]) => served.streamOf(stream).purge(before)],
  ["stream.find", (served, [stream, look], signal) => served.find(stream, look, signal)],
  [
    "stream.openCursor",
    async (served, [stream, name, from]) => (await served.streamOf(stream).source()).openCursor(name, from),
  ],
  [
    "stream.moveCursor",
    async (served, [stream, cursor, to]) => (await served.streamOf(stream).source()).moveCursor(cursor, to),
  ],
]);
