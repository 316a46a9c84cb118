import type { Event } from "../wasm/codec.generated.ts";

interface EarlyEvent {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: Event;
}

/** Events of one session that are kept; of a large plan only the last. */
const MOST = 1_000;

/** Keeps what happens to sessions between their commit and the moment in which whoever started them can be told. */
export class EarlyEvents {
  readonly #kept = new Map<number, EarlyEvent[]>();
  #starting = 0;
  #isWanted = false;

  /** Somebody subscribed to a session that is starting. Until then nothing is kept. */
  want(): void {
    this.#isWanted = true;
  }

  /** Waits for a start; `done` gets the session's handle and what happened to it meanwhile, and answers the handle. */
  async during(
    start: Promise<number>,
    done: (handle: number, missed: readonly EarlyEvent[]) => number | Promise<number>,
  ): Promise<number> {
    this.#starting += 1;
    try {
      const handle = await start;
      const missed = this.#kept.get(handle) ?? [];
      this.#kept.delete(handle);
      return await done(handle, missed);
    } finally {
      this.#starting -= 1;
      if (this.#starting === 0) {
        this.#kept.clear();
        this.#isWanted = false;
      }
    }
  }

  keep(handle: number, event: EarlyEvent): void {
    if (!this.#isWanted) return;
    const known = this.#kept.get(handle) ?? [];
    if (known.push(event) > MOST) known.shift();
    this.#kept.set(handle, known);
  }
}
