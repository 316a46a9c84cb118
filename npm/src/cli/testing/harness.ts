import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../../runtime/clock.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { CliContext } from "../context.ts";
import type { ExitCode } from "../errors/exit.ts";
import { runCli } from "../program.ts";
import { FakeRuntime } from "./fake-runtime.ts";

/** A command that is under way. Simulated time passes while a test waits. */
export interface Running {
  until(what: () => boolean): Promise<void>;
  /** Until the command watches a session. */
  attached(): Promise<void>;
  /** Until it printed something. */
  said(text: string): Promise<void>;
  settled(): Promise<ExitCode>;
}

/** A command line in a folder of its own, with scripted runtime, time, terminal and person. */
export class Harness {
  readonly runtime: FakeRuntime = new FakeRuntime();
  readonly clock: FakeClock = new FakeClock({ wallMs: Date.UTC(2025, 6, 10, 10) });
  readonly folder: string = mkdtempSync(join(tmpdir(), "cli-"));
  readonly env: Record<string, string | undefined> = {};
  /** What the person at the terminal types; `undefined` ends the input. Nobody is there when absent. */
  lines: (string | undefined)[] | undefined;
  readonly asked: string[] = [];
  /** Questions that were taken back. */
  calledOff = 0;
  out = "";
  err = "";
  columns = 100;
  /** Whether standard error is a terminal. */
  looksOn = false;
  readonly #interrupts = new Set<() => void>();
  readonly #watchers = new Set<() => void>();

  /** Makes a file in place of a database, as commands that read want to see. */
  database(name = ".polyphon/team.db"): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "-");
    return path;
  }

  async run(...argv: readonly string[]): Promise<ExitCode> {
    return await runCli(argv, this.context(), "0.0.0-test");
  }

  /** Runs while time passes by itself, until the command is over. */
  async runThrough(...argv: readonly string[]): Promise<ExitCode> {
    const run = this.start(...argv);
    return await run.settled();
  }

  /** Starts a command that waits for what the test does next. */
  start(...argv: readonly string[]): Running {
    let code: ExitCode | undefined;
    const done = this.run(...argv).then((found) => {
      code = found;
    });
    const until = async (what: () => boolean): Promise<void> => {
      const real = systemClock();
      const started = real.monoMs();
      while (!what()) {
        if (real.monoMs() - started > 20_000) throw new Error(`nothing came of it; it said: ${this.out}${this.err}`);
        // A turn of the real loop, for files and sockets; then some of the simulated time.
        await new Promise<void>((resolve) => setImmediate(resolve));
        this.clock.advance(50);
      }
    };
    return {
      until,
      attached: () => until(() => this.runtime.watchers > 0 && this.clock.timers > 0),
      said: (text) => until(() => `${this.out}${this.err}`.includes(text)),
      settled: async () => {
        await until(() => code !== undefined);
        await done;
        return code as ExitCode;
      },
    };
  }

  interrupt(): void {
    for (const listener of [...this.#interrupts]) listener();
  }

  changeFile(): void {
    for (const listener of [...this.#watchers]) listener();
  }

  get listeners(): number {
    return this.#interrupts.size + this.#watchers.size + this.runtime.watchers;
  }

  json<T = Record<string, unknown>>(): T {
    return JSON.parse(this.out) as T;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  context(): CliContext {
    return {
      runtime: this.runtime,
      clock: this.clock,
      cwd: this.folder,
      env: this.env,
      stdout: {
        write: (text) => {
          this.out += text;
        },
        isTTY: false,
        columns: this.columns,
      },
      stderr: {
        write: (text) => {
          this.err += text;
        },
        isTTY: this.looksOn,
      },
      prompts: {
        available: this.lines !== undefined,
        ask: (question, signal) => this.#ask(question, signal),
      },
      interrupts: {
        on: (callback) => {
          this.#interrupts.add(callback);
          return () => this.#interrupts.delete(callback);
        },
      },
      watch: (_files, changed) => {
        this.#watchers.add(changed);
        return () => this.#watchers.delete(changed);
      },
    };
  }

  async #ask(question: string, signal: AbortSignal): Promise<string | undefined> {
    this.asked.push(question);
    const line = this.lines?.shift();
    if (line !== undefined) return line;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    this.calledOff += 1;
    return undefined;
  }
}
