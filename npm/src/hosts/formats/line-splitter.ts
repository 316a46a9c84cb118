import { Buffer } from "node:buffer";

/** Longest line that is read as one, in bytes. */
const MAX_LINE_BYTES: number = 1024 * 1024;

/** Pieces a line may lie in before they are joined: one that arrives byte by byte must not cost a buffer for each. */
const MAX_PARTS = 256;
const NEWLINE = 10;

export interface LineHandlers {
  line(text: string): void;
  /** A line above the limit; `beginning` is its first 256 bytes, the rest is dropped unread. Default: nothing happens. */
  tooLong?(beginning: string): void;
  /** Whether a line that begins with this byte is wanted; one that is not costs next to nothing. Default: all are. */
  wants?(firstByte: number): boolean;
  /** Whether no line at all is wanted now: whole chunks are passed over. Default: never. */
  deaf?(): boolean;
}

/** Cuts a byte stream into lines and holds at most one of them, of at most `maxBytes`. */
export class LineSplitter {
  readonly #handlers: LineHandlers;
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #skipping = false;

  constructor(handlers: LineHandlers, maxBytes: number = MAX_LINE_BYTES) {
    this.#handlers = handlers;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = this.#lineEnd(chunk, from); end !== -1; end = this.#lineEnd(chunk, from)) {
      this.#add(chunk, from, end);
      this.#flush();
      from = end + 1;
    }
    if (from < chunk.length) this.#add(chunk, from, chunk.length);
  }

  /** Hands over a last line that no newline ended. */
  end(): void {
    if (this.#bytes > 0) this.#flush();
    this.#skipping = false;
  }

  /** End of the next line that matters. */
  #lineEnd(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(NEWLINE, from);
    if (end === -1 || !this.#handlers.deaf?.()) return end;
    this.#reset();
    this.#skipping = true;
    return chunk.lastIndexOf(NEWLINE);
  }

  #add(chunk: Buffer, from: number, end: number): void {
    if (this.#skipping || from === end) return;
    if (this.#bytes === 0 && this.#handlers.wants && !this.#handlers.wants(chunk[from] ?? NEWLINE)) {
      this.#skipping = true;
      return;
    }
    this.#parts.push(chunk.subarray(from, end));
    this.#bytes += end - from;
    if (this.#parts.length >= MAX_PARTS) this.#parts = [Buffer.concat(this.#parts)];
    if (this.#bytes <= this.#maxBytes) return;
    const beginning = this.#text(256);
    this.#reset();
    this.#skipping = true;
    this.#handlers.tooLong?.(beginning);
  }

  #flush(): void {
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    const text = this.#text(this.#bytes);
    this.#reset();
    this.#handlers.line(text.endsWith("\r") ? text.slice(0, -1) : text);
  }

  #text(bytes: number): string {
    const [only] = this.#parts;
    if (this.#parts.length === 1 && only) return only.toString("utf8", 0, bytes);
    return Buffer.concat(this.#parts).toString("utf8", 0, bytes);
  }

  #reset(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
