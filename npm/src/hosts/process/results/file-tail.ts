import { open } from "node:fs/promises";
import type { Clock } from "../../../runtime/clock.ts";
import { LineSplitter } from "../../formats/line-splitter.ts";
import { type FileState, fileState } from "./file-state.ts";
import type { ProtocolState } from "./protocol.ts";

/** How often the file is looked at, in milliseconds. */
const POLL_MS = 200;
const CHUNK_BYTES = 64 * 1024;
/** Read of one file in all; a program that writes more has lost its way. */
const MAX_TAIL_BYTES = 256 * 1024 * 1024;

/** Reads protocol lines from a file while a program appends to it. What stood in it before is not read. */
export class FileTail {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #splitter: LineSplitter;
  #inode: string | undefined;
  #offset: number;
  #read = 0;
  #cancel: (() => void) | undefined;
  #pending: Promise<void> = Promise.resolve();

  constructor(path: string, before: FileState | undefined, state: ProtocolState, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#offset = before?.bytes ?? 0;
    this.#inode = before && inodeOf(before);
    this.#splitter = new LineSplitter({
      line: (text) => state.take(text),
      tooLong: (beginning) => state.takeTooLong(beginning),
    });
  }

  start(): void {
    this.#cancel = this.#clock.after(POLL_MS, () => {
      this.#pending = this.#advance().then(() => {
        if (this.#cancel) this.start();
      });
    });
  }

  /** Reads what is left. */
  async finish(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#pending;
    await this.#advance();
    this.#splitter.end();
  }

  async #advance(): Promise<void> {
    const now = await fileState(this.#path);
    if (!now) return;
    // A file that shrank or was replaced begins anew.
    if (now.bytes < this.#offset || (this.#inode !== undefined && this.#inode !== inodeOf(now))) this.#offset = 0;
    this.#inode = inodeOf(now);
    try {
      await this.#readTo(now.bytes);
    } catch {
      // Removed between the look and the read: the next look decides.
    }
  }

  async #readTo(end: number): Promise<void> {
    if (end <= this.#offset) return;
    await using file = await open(this.#path, "r");
    while (this.#offset < end && this.#read < MAX_TAIL_BYTES) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#read += bytesRead;
      this.#splitter.push(chunk.subarray(0, bytesRead));
    }
  }
}

function inodeOf(state: FileState): string {
  return state.identity.split(":", 2).join(":");
}
