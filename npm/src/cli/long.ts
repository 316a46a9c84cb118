import type { Cli } from "./cli.ts";
import type { LongOptions, LongProgress } from "./ports.ts";

/** Nothing is said of what is over before, and not more often than this, in milliseconds. */
const FIRST_MS = 1_000;
const EVERY_MS = 200;

/**
 * Runs what takes a while in a large journal: somebody who looks on sees how far it is, and Ctrl-C ends it. `undefined` when it
 * was ended.
 */
export async function runLong<T>(cli: Cli, work: (options: LongOptions) => Promise<T>): Promise<T | undefined> {
  const { context } = cli;
  const ended = new AbortController();
  const stopListening = context.interrupts.on(() => ended.abort());
  const line = new ProgressLine(cli);
  try {
    return await work({ signal: ended.signal, onProgress: (progress) => line.show(progress) });
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    line.clear();
    context.stderr.write("Interrupted; nothing was changed.\n");
    return undefined;
  } finally {
    stopListening();
    line.clear();
  }
}

/** One line on a terminal, written over itself. */
class ProgressLine {
  readonly #cli: Cli;
  #dueMs: number;
  #length = 0;

  constructor(cli: Cli) {
    this.#cli = cli;
    this.#dueMs = cli.context.clock.monoMs() + FIRST_MS;
  }

  show({ doing, seq, lastSeq }: LongProgress): void {
    const { stderr, clock } = this.#cli.context;
    if (!stderr.isTTY || this.#cli.json || clock.monoMs() < this.#dueMs) return;
    this.#dueMs = clock.monoMs() + EVERY_MS;
    const share = lastSeq === 0 ? 100 : Math.floor((seq / lastSeq) * 100);
    const text = `${doing} ${share} % (event ${seq} of ${lastSeq})`;
    stderr.write(`\r${text.padEnd(this.#length)}`);
    this.#length = text.length;
  }

  clear(): void {
    if (this.#length > 0) this.#cli.context.stderr.write(`\r${" ".repeat(this.#length)}\r`);
    this.#length = 0;
  }
}
