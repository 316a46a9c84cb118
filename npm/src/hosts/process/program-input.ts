import type { Writable } from "node:stream";

/** Longest line a program is sent, in characters. */
const LINE_MOST = 1_048_576;

/** The standard input of a program that stays open: one JSON object a line. */
export class ProgramInput {
  readonly #note: (text: string) => void;
  #stream: Writable | undefined;
  #isEnded = false;

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** The program was started; `first` is what it finds there first. */
  open(stream: Writable, first: string): void {
    this.#stream = stream;
    stream.write(first);
    if (this.#isEnded) stream.end();
  }

  /** Resolves when the program's pipe has taken the line: `false` when it never will. */
  write(line: Readonly<Record<string, unknown>>): Promise<boolean> {
    const stream = this.#stream;
    const text = textOf(line);
    if (text === undefined || text.length > LINE_MOST) {
      const why = text === undefined ? "JSON cannot hold it" : `it has ${text.length} characters`;
      this.#note(`a line was kept from the program: ${why}`);
      return Promise.resolve(false);
    }
    if (stream === undefined || this.#isEnded || stream.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      stream.write(`${text}\n`, (error) => resolve(error === undefined || error === null));
    });
  }

  /** The program is told nothing more. Safe to call twice. */
  end(): void {
    this.#isEnded = true;
    this.#stream?.end();
  }
}

function textOf(line: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return JSON.stringify(line);
  } catch {
    return undefined;
  }
}
