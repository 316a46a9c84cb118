import type { LogEntry } from "../sessions/session.ts";

/** Lines kept in memory, and characters of all of them. */
const KEPT_LINES = 10_000;
const KEPT_TEXT = 4 * 1024 * 1024;
/** Characters of one line; what is beyond is cut off. */
const LINE_TEXT = 4_096;

interface Kept {
  readonly session: number;
  readonly entry: LogEntry;
}

/** The last lines agents wrote: bounded, volatile, the oldest ones go first. */
export class Logs {
  #lines: Kept[] = [];
  /** Lines at the front that are gone already. */
  #gone = 0;
  #text = 0;

  /** Keeps a line; answers it as it is kept. */
  add(session: number, { text, ...facts }: LogEntry): LogEntry {
    const entry = { ...facts, text: text.length > LINE_TEXT ? `${text.slice(0, LINE_TEXT - 1)}…` : text };
    this.#lines.push({ session, entry });
    this.#text += entry.text.length;
    while (this.#lines.length - this.#gone > KEPT_LINES || this.#text > KEPT_TEXT) this.#drop();
    // Moved together once in a while, so that a line costs the same however many are kept.
    if (this.#gone >= KEPT_LINES) this.#compact();
    return entry;
  }

  /** What is kept, the oldest line first; of one session or of all. */
  kept(session?: number): readonly LogEntry[] {
    if (this.#lines.length === 0) return [];
    this.#compact();
    const lines = session === undefined ? this.#lines : this.#lines.filter((line) => line.session === session);
    return lines.map(({ entry }) => entry);
  }

  #drop(): void {
    this.#text -= (this.#lines[this.#gone] as Kept).entry.text.length;
    this.#gone++;
  }

  #compact(): void {
    if (this.#gone > 0) this.#lines = this.#lines.slice(this.#gone);
    this.#gone = 0;
  }
}
