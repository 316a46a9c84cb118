import { basename, resolve } from "node:path";
import type { Clock } from "../../../runtime/clock.ts";
import { LineSplitter } from "../../formats/line-splitter.ts";
import { TapParser } from "../../formats/tap.ts";
import type { TestReport } from "../../formats/test-report.ts";
import type { Program, ResultSource } from "../../host.ts";
import type { Reporter } from "../../reporter.ts";
import { type FileState, fileState } from "./file-state.ts";
import { FileTail } from "./file-tail.ts";
import { type BusDoor, ProtocolState } from "./protocol.ts";
import { findResult, type ResultFile, readJunit, readLcov, readTap } from "./read-file.ts";

/** The path of a jsonl source that is a pipe and no file. */
const PIPE_PATH = "fd:3";

/** Everything a program left in its result sources. */
export interface Collected {
  readonly protocol: ProtocolState;
  readonly reports: readonly TestReport[];
  readonly coverage: number | undefined;
  /** Result files, by name, to keep as artifacts. */
  readonly files: ReadonlyMap<string, string>;
}

type FileSource =
  | Extract<ResultSource, { readonly path: string }>
  | { readonly format: "tap" | "jsonl"; readonly path: string };

/** Reads the result sources of one try, while it runs and after. */
export class Results {
  readonly protocol: ProtocolState;
  readonly #program: Program;
  readonly #reporter: Reporter;
  readonly #clock: Clock;
  readonly #before = new Map<string, FileState | undefined>();
  readonly #tails: FileTail[] = [];
  readonly #splitters: LineSplitter[] = [];
  #tap: TapParser | undefined;

  constructor(program: Program, reporter: Reporter, clock: Clock, bus?: BusDoor) {
    this.#program = program;
    this.#reporter = reporter;
    this.#clock = clock;
    this.protocol = new ProtocolState(reporter, bus);
  }

  /** The file a program may write protocol lines to. */
  get linesPath(): string | undefined {
    const source = this.#files().find(({ format }) => format === "jsonl");
    return source && this.#absolute(source.path);
  }

  /** Whether standard output is a result source and not for people. */
  get readStdout(): boolean {
    return this.#sources().some(isStdout);
  }

  get usesPipe(): boolean {
    return this.#sources().some((source) => source.format === "jsonl" && source.path === PIPE_PATH);
  }

  /** Notes what is there before the program runs, and begins to follow files of lines. */
  async begin(): Promise<void> {
    for (const { format, path } of this.#files()) {
      const absolute = this.#absolute(path);
      const before = await fileState(absolute);
      this.#before.set(absolute, before);
      if (format !== "jsonl") continue;
      const tail = new FileTail(absolute, before, this.protocol, this.#clock);
      this.#tails.push(tail);
      tail.start();
    }
  }

  /** What takes the program's standard output. */
  stdout(): (chunk: Buffer) => void {
    const takers = this.#sources()
      .filter(isStdout)
      .map(({ format }) => (format === "tap" ? this.#tapLines() : this.#protocolLines(true)));
    if (takers.length === 0) takers.push(this.plainLines("info"));
    return (chunk) => {
      for (const taker of takers) taker(chunk);
    };
  }

  /** What takes a pipe that carries nothing but protocol lines. */
  pipe(): (chunk: Buffer) => void {
    return this.#protocolLines(false);
  }

  /** What passes ordinary output on to the log. */
  plainLines(level: "info" | "warn"): (chunk: Buffer) => void {
    return this.#split({ line: (text) => this.#reporter.log(level, text), deaf: () => !this.#reporter.admits() });
  }

  async finish(): Promise<Collected> {
    for (const splitter of this.#splitters) splitter.end();
    for (const tail of this.#tails) await tail.finish();
    await this.protocol.settled();
    const reports: TestReport[] = this.#tap ? [this.#tap.end()] : [];
    const files = new Map<string, string>();
    let lcov: number | undefined;
    for (const { format, path } of this.#files()) {
      if (format === "jsonl") continue;
      const file = await findResult(this.#absolute(path), this.#before.get(this.#absolute(path)));
      if ("path" in file) files.set(basename(file.path), file.path);
      if (format === "lcov") lcov = await this.#coverage(file);
      else reports.push(await this.#report(format, file));
    }
    const coverage = lcov ?? reports.find((report) => report.coverage !== undefined)?.coverage;
    return { protocol: this.protocol, reports, coverage, files };
  }

  async #report(format: "tap" | "junit", file: ResultFile): Promise<TestReport> {
    if ("missing" in file) return { passed: 0, failed: 0, skipped: 0, failures: [], incomplete: file.missing };
    return format === "junit" ? readJunit(file.path) : readTap(file.path);
  }

  async #coverage(file: ResultFile): Promise<number | undefined> {
    if ("missing" in file) {
      this.#reporter.note(`no coverage: ${file.missing}`);
      return undefined;
    }
    const lines = await readLcov(file.path);
    return lines && lines.hit / lines.found;
  }

  #tapLines(): (chunk: Buffer) => void {
    const tap = new TapParser();
    this.#tap = tap;
    let seen = 0;
    return this.#split({
      line: (text) => {
        tap.push(text);
        if (tap.seen === seen || !tap.planned) return;
        seen = tap.seen;
        const completed = Math.min(seen, tap.planned);
        const percentage = (completed / tap.planned) * 100;
        this.#reporter.progress({ percentage, completed, remaining: tap.planned - completed });
      },
    });
  }

  /** `mixed`: ordinary output may stand between the lines; it goes to the log. */
  #protocolLines(mixed: boolean): (chunk: Buffer) => void {
    const brace = "{".charCodeAt(0);
    return this.#split({
      line: (text) => {
        if (!this.protocol.take(text) && mixed) this.#reporter.log("info", text);
      },
      tooLong: (beginning) => this.protocol.takeTooLong(beginning),
      // White space may come before the brace.
      wants: (first) => first === brace || first <= 32 || (mixed && this.#reporter.admits()),
    });
  }

  #split(handlers: ConstructorParameters<typeof LineSplitter>[0]): (chunk: Buffer) => void {
    const splitter = new LineSplitter(handlers);
    this.#splitters.push(splitter);
    return (chunk) => splitter.push(chunk);
  }

  #sources(): readonly ResultSource[] {
    const { results = [], bus } = this.#program;
    // Whoever uses the bus says so in lines.
    return bus === true && !results.some(({ format }) => format === "jsonl")
      ? [...results, { format: "jsonl" }]
      : results;
  }

  #files(): FileSource[] {
    return this.#sources().filter(
      (source): source is FileSource => "path" in source && source.path !== undefined && source.path !== PIPE_PATH,
    );
  }

  #absolute(path: string): string {
    return resolve(this.#program.cwd, path);
  }
}

function isStdout(source: ResultSource): boolean {
  return (source.format === "tap" || source.format === "jsonl") && source.path === undefined;
}
