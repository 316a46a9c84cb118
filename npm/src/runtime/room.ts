import { PolyphonError } from "../errors/error.ts";

/** Bytes that may wait for the disk before new work is refused. */
const MOST_BYTES = 8 * 1_048_576;

/** Time after which a refused caller may try again. */
const RETRY_AFTER_MS = 10;

/**
 * What waits for the disk: new work from outside, which is refused when there is no room for it, and what running work
 * has to say, which always passes.
 */
export class Room {
  #outside = 0;
  #running = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#outside + this.#running;
  }

  /**
   * Takes in new work of `bytes`, to be given back with {@link Room.leave} once it is durable or refused. Throws
   * `BUS_BACKPRESSURE` when there is no room. Work that is larger than all there is goes alone.
   */
  enter(bytes: number): void {
    const isAlone = this.#outside === 0 && this.#running <= MOST_BYTES;
    if (!isAlone && this.bytes + bytes > MOST_BYTES) throw full(this.bytes);
    this.#outside += bytes;
  }

  leave(bytes: number): void {
    this.#outside -= bytes;
  }

  /** A report of running work waits now (`bytes` above 0), or no more (below). */
  report(bytes: number): void {
    this.#running += bytes;
  }
}

function full(bytes: number): PolyphonError {
  const message = `${(bytes / 1_048_576).toFixed(1)} MiB wait to be written, ${MOST_BYTES / 1_048_576} MiB may; send more when some of it was acknowledged.`;
  return new PolyphonError("BUS_BACKPRESSURE", {
    message,
    retryable: true,
    retryAfterMs: RETRY_AFTER_MS,
    details: { waitingBytes: bytes, limitBytes: MOST_BYTES },
  });
}
