import type { QueueOptions, StreamOptions } from "../bus/queue/options.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Asking } from "./asking.ts";
import { SharedQueue, type SharedQueueParts } from "./shared-queue.ts";
import { SharedStream } from "./shared-stream.ts";

/** Opens the queues and streams of the journal for a tab. */
export class SharedQueues {
  readonly #tab: string;
  readonly #asking: Asking;
  readonly #clock: Clock;

  constructor(tab: string, asking: Asking, clock: Clock) {
    this.#tab = tab;
    this.#asking = asking;
    this.#clock = clock;
  }

  queue<T>(name: string, options: QueueOptions): SharedQueue<T> {
    return new SharedQueue<T>(this.#parts("queue", name, options));
  }

  stream<T>(name: string, options: StreamOptions): SharedStream<T> {
    return new SharedStream<T>(this.#parts("stream", name, options));
  }

  #parts(kind: "queue" | "stream", name: string, options: QueueOptions | StreamOptions): SharedQueueParts {
    const waits = options.overflow === "block";
    const opened = this.#asking.again<number>(`${kind}.open`, [name, options]);
    return {
      tab: this.#tab,
      asking: this.#asking,
      clock: this.#clock,
      name,
      ref: opened.then((id) => ({ kind, id, name, waits })),
      remembersIds: options.dedup?.windowMs !== 0 && options.dedup?.ids !== 0,
    };
  }
}
