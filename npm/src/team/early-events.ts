import type { Event } from "../wasm/codec.generated.ts";

/** Something that happened to a session whose start is not known yet to whoever began it. */
export interface EarlyEvent {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: Event;
}

/** Events of one session that are kept; of a large plan only the last. */
const MOST = 1_000;

const NONE: readonly never[] = [];

/** Keeps what happens to sessions between their commit and the moment in which whoever started them can be told. */
export class EarlyEvents {
  readonly #kept = new Map<number, EarlyEvent[]>();
  #starting = 0;
  #isWanted = false;

  /** Somebody subscribed to a session that is starting. Until then nothing is kept. */
  want(): void {
    this.#isWanted = true;
  }

  /** A session starts. */
  begin(): void {
    this.#starting += 1;
  }

  /** A start has come to its end; answers what happened to the session it made. */
  end(handle?: number): readonly EarlyEvent[] {
    this.#starting -= 1;
    if (!this.#isWanted) return NONE;
    const missed = handle === undefined ? undefined : this.#kept.get(handle);
    if (handle !== undefined) this.#kept.delete(handle);
    if (this.#starting === 0) {
      this.#kept.clear();
      this.#isWanted = false;
    }
    return missed ?? NONE;
  }

  keep(handle: number, event: EarlyEvent): void {
    if (!this.#isWanted) return;
    const known = this.#kept.get(handle) ?? [];
    if (known.push(event) > MOST) known.shift();
    this.#kept.set(handle, known);
  }
}
