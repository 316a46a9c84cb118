import type { BusLine } from "../../formats/bus-line.ts";
import { looksLikeJson, type ProtocolLine, readProtocolLine } from "../../formats/protocol-line.ts";
import { clip } from "../../formats/test-report.ts";
import { MAX_ARTIFACTS, MAX_METRICS } from "../../limits.ts";
import type { Reporter } from "../../reporter.ts";

/** Metrics the host adds itself; lines may have the rest. */
const OWN_METRICS = 10;
const MAX_PROBLEMS = 20;

/** Does what lines ask of the bus. */
export interface BusDoor {
  take(line: BusLine): void;
}

/** What a program said in lines of the protocol. */
export class ProtocolState {
  readonly metrics: Map<string, number> = new Map();
  /** Path by name; the last of a name counts. */
  readonly artifacts: Map<string, string> = new Map();
  readonly problems: string[] = [];
  /** A line was above the limit: what it said is lost. */
  lineTooLong = false;
  error: Extract<ProtocolLine, { type: "error" }> | undefined;
  result: { readonly output: unknown } | undefined;
  readonly #reporter: Reporter;
  readonly #bus: BusDoor | undefined;
  /** What is to be saved next: of states a program gives faster than they are written only the latest counts. */
  #unsaved: { readonly value: unknown } | undefined;
  #saving: Promise<void> | undefined;

  constructor(reporter: Reporter, bus?: BusDoor) {
    this.#reporter = reporter;
    this.#bus = bus;
  }

  /** Answers whether the line was one of the protocol. */
  take(text: string): boolean {
    const reading = readProtocolLine(text);
    if (!reading) return false;
    if ("invalid" in reading) this.#problem(reading.invalid);
    else this.#apply(reading.line);
    return true;
  }

  /** A line above the limit: of the protocol if it begins like one. */
  takeTooLong(beginning: string): void {
    if (!looksLikeJson(beginning)) return;
    this.lineTooLong = true;
    this.#problem(`a line that begins ${JSON.stringify(beginning.slice(0, 60))} is longer than 1 MiB`);
  }

  /** Resolves when what the program saved is durable or refused. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  async #save(): Promise<void> {
    while (this.#unsaved !== undefined) {
      const { value } = this.#unsaved;
      this.#unsaved = undefined;
      try {
        await this.#reporter.saveState(value);
      } catch (error) {
        this.#problem(`the state was not saved: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    this.#saving = undefined;
  }

  #apply(line: ProtocolLine): void {
    switch (line.type) {
      case "progress": {
        const { type: _, ...progress } = line;
        this.#reporter.progress(progress);
        return;
      }
      case "log":
        this.#reporter.log(line.level, line.text);
        return;
      case "extend":
        this.#reporter.extend(line.ms).catch((error: unknown) => {
          this.#problem(`no more time: ${error instanceof Error ? error.message : String(error)}`);
        });
        return;
      case "state":
        this.#unsaved = { value: line.value };
        this.#saving ??= this.#save();
        return;
      case "metric":
        this.#put(this.metrics, line.name, line.value, MAX_METRICS - OWN_METRICS, "metrics");
        return;
      case "artifact":
        this.#put(this.artifacts, line.name, line.path, MAX_ARTIFACTS, "artifacts");
        return;
      case "result":
        this.result = { output: line.output };
        return;
      case "publish":
      case "subscribe":
      case "unsubscribe":
      case "request":
      case "reply":
        if (this.#bus === undefined) this.#problem(`no ${line.type}: \`bus\` of the program is not set`);
        else this.#bus.take(line);
        return;
      case "error":
        // The first error is what went wrong; later ones tend to follow from it.
        this.error ??= line;
    }
  }

  #put<T>(map: Map<string, T>, name: string, value: T, limit: number, what: string): void {
    if (map.size < limit || map.has(name)) map.set(name, value);
    else this.#problem(`more than ${limit} ${what}: ${name} was left out`);
  }

  #problem(problem: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push(clip(problem, 512));
    this.#reporter.note(problem);
  }
}
