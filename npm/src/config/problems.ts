import { MAX_EXCERPT, MAX_PROBLEMS } from "./limits.ts";
import { ConfigError, type ConfigErrorCode, type ConfigProblem, type ConfigWarningCode } from "./problem.ts";
import { Lines, type Place, type Position, type Source } from "./source.ts";

interface Entry {
  readonly problem: ConfigProblem;
  readonly order: number;
  readonly offset: number;
}

/** Collects what is wrong, so that everything is reported at once. */
export class Problems {
  readonly #errors: Entry[] = [];
  readonly #warnings: Entry[] = [];
  readonly #lines = new Map<Source, Lines>();
  readonly #order = new Map<Source, number>();
  readonly #seen = new Set<string>();
  #omitted = 0;

  /** Makes problems of `source` stand behind those of sources that were announced before. */
  announce(source: Source): number {
    const order = this.#order.get(source) ?? this.#order.size;
    this.#order.set(source, order);
    return order;
  }

  /** Whether a problem with one of these codes was found. */
  has(codes: ReadonlySet<ConfigProblem["code"]>): boolean {
    return this.#errors.some(({ problem }) => codes.has(problem.code));
  }

  /** `at` is `key` to point at a member's key rather than at its value. */
  error(code: ConfigErrorCode, place: Place, message: string, hint?: string, at: "key" | "value" = "value"): void {
    this.#add(this.#errors, code, place, message, hint, at);
  }

  warning(code: ConfigWarningCode, place: Place, message: string, hint?: string, at: "key" | "value" = "value"): void {
    this.#add(this.#warnings, code, place, message, hint, at);
  }

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  /** Whether a further problem would only be counted. */
  get full(): boolean {
    return this.#errors.length >= MAX_PROBLEMS;
  }

  get warnings(): readonly ConfigProblem[] {
    return inOrder(this.#warnings);
  }

  /** The error that holds everything found. */
  toError(): ConfigError {
    return new ConfigError(inOrder(this.#errors), this.#omitted);
  }

  throwIfAny(): void {
    if (this.failed) throw this.toError();
  }

  /** `file:line:column` of a place, for messages that name a second one. */
  describe(place: Place, at: "key" | "value" = "value"): string {
    const position = this.position(place, at);
    return `${place.source.file}:${position.line}:${position.column}`;
  }

  position(place: Place, at: "key" | "value" = "value"): Position {
    return this.#linesOf(place.source).at(offsetOf(place, at));
  }

  #linesOf(source: Source): Lines {
    let lines = this.#lines.get(source);
    if (lines === undefined) {
      lines = new Lines(source.text);
      this.#lines.set(source, lines);
    }
    return lines;
  }

  #add(
    list: Entry[],
    code: ConfigProblem["code"],
    place: Place,
    message: string,
    hint: string | undefined,
    at: "key" | "value",
  ): void {
    if (list.length >= MAX_PROBLEMS) {
      if (list === this.#errors) this.#omitted += 1;
      return;
    }
    const offset = offsetOf(place, at);
    const position = this.#linesOf(place.source).at(offset);
    const { file } = place.source;
    const identity = JSON.stringify([code, file, position.line, position.column, message]);
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    const problem: ConfigProblem = {
      code,
      file,
      line: position.line,
      column: position.column,
      path: place.path,
      message,
      ...(hint === undefined ? {} : { hint }),
      excerpt: excerpt(place.source.text, position.lineStart, offset),
    };
    list.push({ problem, order: this.announce(place.source), offset });
  }
}

function offsetOf(place: Place, at: "key" | "value"): number {
  return at === "key" ? (place.key ?? place.start) : place.start;
}

function inOrder(entries: readonly Entry[]): readonly ConfigProblem[] {
  return entries.toSorted((a, b) => a.order - b.order || a.offset - b.offset).map((entry) => entry.problem);
}

/** The line, with tabs as spaces and other control characters made visible, shortened around the place. */
function excerpt(text: string, lineStart: number, offset: number): { text: string; caret: number } {
  const end = text.indexOf("\n", lineStart);
  const lineEnd = end === -1 ? text.length : end;
  const from = Math.max(lineStart, offset - MAX_EXCERPT / 2);
  const to = Math.min(lineEnd, from + MAX_EXCERPT);
  const before = visible(text.slice(from, Math.min(offset, to)));
  const after = visible(text.slice(Math.min(offset, to), to));
  const cutLeft = from > lineStart ? "… " : "";
  const cutRight = to < lineEnd ? " …" : "";
  return { text: `${cutLeft}${before}${after}${cutRight}`.trimEnd(), caret: [...cutLeft, ...before].length };
}

function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\r", "")
    .replace(/\p{Cc}/gu, (control) => (control === "\t" ? " " : "�"));
}
