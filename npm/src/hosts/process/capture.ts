import type { CapturedText } from "../host.ts";

/** Kept of the beginning and of the end of an output, in bytes each. */
const CAPTURE_BYTES: number = 64 * 1024;

/** Keeps the head and the tail of a stream of any length. */
export class BoundedCapture {
  readonly #limit: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #ring: Buffer | undefined;
  #bytes = 0;

  constructor(limit: number = CAPTURE_BYTES) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = this.#limit - this.#headBytes;
    const first = room > 0 ? chunk.subarray(0, room) : undefined;
    if (first) {
      // A copy: a few bytes of a chunk must not keep all of it.
      this.#head.push(Buffer.from(first));
      this.#headBytes += first.length;
    }
    const rest = first ? chunk.subarray(first.length) : chunk;
    if (rest.length > 0) this.#addToRing(rest);
  }

  /** Bytes seen in all. */
  get bytes(): number {
    return this.#bytes;
  }

  get truncated(): boolean {
    return this.#bytes > this.#limit * 2;
  }

  /** The whole, or head and tail with a mark between them that says how much is missing. */
  text(): CapturedText {
    const head = Buffer.concat(this.#head).toString("utf8");
    const text = this.truncated
      ? `${head}\n[… ${this.#bytes - this.#limit * 2} bytes left out …]\n${this.#tail().toString("utf8")}`
      : Buffer.concat([...this.#head, this.#tail()]).toString("utf8");
    return { text, bytes: this.#bytes, truncated: this.truncated };
  }

  /** The last part as text, at most `characters` long. */
  end(characters: number): string {
    const tail = Buffer.concat([...(this.truncated ? [] : this.#head), this.#tail()]).toString("utf8");
    return tail.length <= characters ? tail : tail.slice(-characters);
  }

  /** The last part alone. */
  excerpt(characters: number): CapturedText {
    const text = this.end(characters);
    return { text, bytes: this.#bytes, truncated: Buffer.byteLength(text) < this.#bytes };
  }

  /** The ring holds byte n of the rest at n modulo its length. */
  #addToRing(rest: Buffer): void {
    this.#ring ??= Buffer.alloc(this.#limit);
    const kept = rest.subarray(Math.max(rest.length - this.#limit, 0));
    const at = (this.#bytes - this.#headBytes - kept.length) % this.#limit;
    const copied = kept.copy(this.#ring, at);
    kept.copy(this.#ring, 0, copied);
  }

  #tail(): Buffer {
    const length = this.#bytes - this.#headBytes;
    if (!this.#ring || length <= this.#limit) return this.#ring?.subarray(0, length) ?? Buffer.alloc(0);
    const start = length % this.#limit;
    return Buffer.concat([this.#ring.subarray(start), this.#ring.subarray(0, start)]);
  }
}
