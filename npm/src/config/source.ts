import { LineCounter } from "yaml";

/** A text values come from: a file, or a setting given in another way. */
export interface Source {
  /** As the user named it; what problems quote. */
  readonly file: string;
  /** The file's absolute path, where there is one. */
  readonly absolute?: string;
  /** Absolute directory that relative paths of this source start from. */
  readonly dir: string;
  readonly text: string;
  /** How the value reached us, for `doctor --config`. */
  readonly kind: "file" | "environment" | "option" | "command line";
}

/** Where a value stands. */
export interface Place {
  readonly source: Source;
  /** Offset of the value in the text, in UTF-16 code units. */
  readonly start: number;
  /** Offset of its key, for members of mappings. */
  readonly key?: number;
  /** Keys from the root of the configuration. */
  readonly path: string;
}

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** Offset of the first code unit of the line. */
  readonly lineStart: number;
}

/** Turns offsets of one text into lines and columns: O(n) once, then O(log n) and the length of the line. */
export class Lines {
  readonly #text: string;
  readonly #counter = new LineCounter();

  constructor(text: string) {
    this.#text = text;
    this.#counter.addNewLine(0);
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#counter.addNewLine(at + 1);
  }

  at(offset: number): Position {
    const bounded = Math.max(0, Math.min(offset, this.#text.length));
    const { line } = this.#counter.linePos(bounded);
    const lineStart = this.#counter.lineStarts[line - 1] ?? 0;
    return { line, column: 1 + characters(this.#text, lineStart, bounded), lineStart };
  }
}

/** Code points between two offsets; far into a line of machine-made text, code units do. */
function characters(text: string, from: number, to: number): number {
  if (to - from > 100_000) return to - from;
  let count = 0;
  for (const _ of text.slice(from, to)) count += 1;
  return count;
}

/** `recovery` and `max_retries` give `recovery.max_retries`; numbers and unusual keys stand in brackets. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
