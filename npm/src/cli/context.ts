import type { Clock } from "../runtime/clock.ts";
import type { Runtime } from "./ports.ts";

/** Everything a command may touch. `main.ts` makes the real one, tests make their own. */
export interface CliContext {
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly prompts: Prompts;
  readonly interrupts: Interrupts;
  readonly watch: WatchFiles;
}

export interface Output {
  write(text: string): void;
  /** Whether somebody looks at it. */
  readonly isTTY: boolean;
  /** Width in cells. Default 80. */
  readonly columns?: number;
  /** Height in lines. Default 24. */
  readonly rows?: number;
  /** The stream itself, where a library wants one. */
  readonly stream?: NodeJS.WriteStream;
}

export interface Prompts {
  /** Whether a question reaches a person. */
  readonly available: boolean;
  /** Asks one line; `undefined` when there will be no answer or `signal` called it off. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
}

export interface Interrupts {
  /** Calls back on every Ctrl-C and request to end; answers how to stop listening. */
  on(callback: () => void): () => void;
}

/** Calls back once after any of the files changed; answers how to stop. */
export type WatchFiles = (files: readonly string[], changed: () => void) => () => void;
