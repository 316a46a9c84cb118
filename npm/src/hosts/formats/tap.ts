import { CoverageTable } from "./coverage-table.ts";
import { TapDiagnostic } from "./tap-diagnostic.ts";
import { TapTally } from "./tap-tally.ts";
import { clip, type TestReport } from "./test-report.ts";

const POINT = /^(not )?ok(?=\s|$)(?:[ \t]+\d+(?=\s|$))?[ \t]*(?:- ?)?(.*)$/;
const DIRECTIVE = /(?:^|[^\\])#\s*(skip|todo)\b/i;
const PLAN = /^1\.\.(\d{1,9})(?:\s|$)/;
/** Subtests deeper than this are counted as if they were at this depth. */
const MAX_DEPTH = 64;
const MAX_LINE = 8_192;

/**
 * Reads TAP 14 (and 12, 13) line by line, with subtests as node's test runner prints them. Lines that are not TAP are
 * passed over; nothing throws; what is kept is bounded.
 */
export class TapParser {
  readonly #tally = new TapTally();
  readonly #coverage = new CoverageTable();
  #diagnostic: { readonly indent: number; readonly reader: TapDiagnostic } | undefined;
  /** Indentation of the last test point: only a block right under it is its own. */
  #pointIndent: number | undefined;
  #planned: number | undefined;
  #bailOut: string | undefined;

  push(rawLine: string): void {
    const line = rawLine.length > MAX_LINE ? rawLine.slice(0, MAX_LINE) : rawLine;
    const text = line.trimStart();
    const indent = line.length - text.length;
    if (this.#diagnostic && this.#inDiagnostic(line, text, indent)) return;
    if (text === "---" && indent === (this.#pointIndent ?? -9) + 2) {
      this.#diagnostic = { indent, reader: new TapDiagnostic() };
      return;
    }
    this.#pointIndent = undefined;
    if (text.startsWith("#")) this.#coverage.push(text);
    else this.#statement(text, indent);
  }

  /** Test points of the top level so far. */
  get seen(): number {
    return this.#tally.topLevel;
  }

  /** Test points the stream announced, once it did. */
  get planned(): number | undefined {
    return this.#planned;
  }

  /** Whether anything of TAP was seen at all. */
  get found(): boolean {
    return this.#planned !== undefined || this.#tally.topLevel > 0 || this.#bailOut !== undefined;
  }

  end(): TestReport {
    this.#closeDiagnostic();
    const missing = Math.max((this.#planned ?? 0) - this.#tally.topLevel, 0);
    const incomplete = this.#incomplete(missing);
    const { passed, failed, skipped, failures } = this.#tally.end();
    return {
      passed,
      failed: failed + missing,
      skipped,
      failures,
      ...(incomplete === undefined ? {} : { incomplete }),
      ...(this.#coverage.ratio === undefined ? {} : { coverage: this.#coverage.ratio }),
    };
  }

  #statement(text: string, indent: number): void {
    const depth = Math.min(Math.floor(indent / 4), MAX_DEPTH);
    const point = POINT.exec(text);
    if (point) {
      const description = point[2] ?? "";
      const directive = DIRECTIVE.exec(description);
      this.#tally.point({
        depth,
        ok: point[1] === undefined,
        name: unescaped(directive ? description.slice(0, description.indexOf("#", directive.index)) : description),
        excused: directive !== null,
      });
      this.#pointIndent = indent;
      return;
    }
    if (depth === 0) this.#planned ??= Number(PLAN.exec(text)?.[1] ?? Number.NaN) || plannedNone(text);
    if (/^bail out!/i.test(text)) this.#bailOut ??= clip(text.slice(9).trim() || "no reason given");
  }

  #inDiagnostic(line: string, text: string, indent: number): boolean {
    const block = this.#diagnostic;
    if (!block) return false;
    const ended = text === "..." && indent === block.indent;
    if (!ended && (text === "" || indent >= block.indent)) {
      block.reader.push(line);
      return true;
    }
    this.#closeDiagnostic();
    return ended;
  }

  #closeDiagnostic(): void {
    if (this.#diagnostic) this.#tally.explain(this.#diagnostic.reader);
    this.#diagnostic = undefined;
  }

  #incomplete(missing: number): string | undefined {
    if (this.#bailOut !== undefined) return `the tests bailed out: ${this.#bailOut}`;
    if (!this.found) return "no test results in the output";
    if (this.#planned === undefined) return "the test output ends without its plan";
    return missing > 0 ? `${missing} of ${this.#planned} planned tests did not run` : undefined;
  }
}

function plannedNone(text: string): number | undefined {
  return /^1\.\.0(?:\s|$)/.test(text) ? 0 : undefined;
}

function unescaped(description: string): string {
  return description.replace(/\\([\\#])/g, "$1").trim();
}
