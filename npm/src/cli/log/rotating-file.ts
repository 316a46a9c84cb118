import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, extname, join } from "node:path";

/** How much of a log is kept. */
export interface RotatingFileOptions {
  /** Size at which the file is closed and a new one begun, in bytes. A longer line goes into a file of its own. */
  readonly rotationBytes: number;
  /** How long a closed file is kept, in milliseconds. */
  readonly retentionMs: number;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * A file of lines that is closed when it is full. `team.log` is the one being written, `team.<time of closing>.log` are those
 * before. Lines are written at once, so that the last ones before a crash are there. Throws what the file system says.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #options: RotatingFileOptions;
  #file: number;
  #bytes: number;

  constructor(path: string, options: RotatingFileOptions) {
    this.#path = path;
    this.#options = options;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, "a");
    this.#bytes = fstatSync(this.#file).size;
    this.#dropOld();
  }

  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#options.rotationBytes) this.#rotate();
    writeSync(this.#file, bytes);
    this.#bytes += bytes.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    renameSync(this.#path, this.#closedPath());
    this.#file = openSync(this.#path, "a");
    this.#bytes = 0;
    this.#dropOld();
  }

  /** Two may be closed in one millisecond. */
  #closedPath(): string {
    for (let atMs = this.#options.now(); ; atMs++) {
      const path = join(dirname(this.#path), `${this.#stem}.${timeText(atMs)}.log`);
      if (!existsSync(path)) return path;
    }
  }

  #dropOld(): void {
    const oldest = `${this.#stem}.${timeText(this.#options.now() - this.#options.retentionMs)}.log`;
    for (const name of readdirSync(dirname(this.#path))) {
      // Times of this form are in order as texts.
      if (this.#isClosed(name) && name < oldest) rmSync(join(dirname(this.#path), name), { force: true });
    }
  }

  #isClosed(name: string): boolean {
    if (!name.startsWith(`${this.#stem}.`)) return false;
    return /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.log$/.test(name.slice(this.#stem.length + 1));
  }

  get #stem(): string {
    return basename(this.#path, extname(this.#path));
  }
}

/** A moment as part of a file name, on every platform. */
function timeText(atMs: number): string {
  return new Date(Math.max(atMs, 0)).toISOString().replaceAll(/[:.]/g, "-");
}
