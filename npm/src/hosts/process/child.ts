import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../../runtime/clock.ts";

/** One start of one program. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Written to standard input, which is closed after it unless there is more. */
  readonly stdin: string;
  /** Has more to say there, and closes it. */
  readonly more?: { open(stream: Writable, first: string): void };
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
  /** Given when descriptor 3 is to be a pipe. */
  readonly pipe?: (chunk: Buffer) => void;
}

/** A running program, or why there is none. */
export type Started =
  | { readonly child: ChildProcess; readonly group: number }
  | { readonly refused: NodeJS.ErrnoException };

/** Starts a program in a session and group of its own: signals reach all of it and nothing of ours. Never rejects. */
export async function startChild({ argv, cwd, env, pipe }: Command): Promise<Started> {
  try {
    const child = spawn(argv[0], argv.slice(1), {
      cwd,
      env: { ...env },
      detached: true,
      shell: false,
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe", ...(pipe ? (["pipe"] as const) : [])],
    });
    const refused = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      child.once("error", resolve);
      child.once("spawn", () => resolve(undefined));
    });
    // Signals that fail later are no errors of the program.
    child.on("error", () => undefined);
    if (refused || child.pid === undefined) return { refused: refused ?? new Error("it has no process id") };
    return { child, group: child.pid };
  } catch (error) {
    return { refused: error as NodeJS.ErrnoException };
  }
}

/** Writes the input and hands the outputs to their takers; resolves when all are closed. */
export function connect(child: ChildProcess, { stdin, more, stdout, stderr, pipe }: Command): Promise<unknown> {
  const input = child.stdin as Writable;
  // A program that does not read its input ends the pipe; that is its choice.
  input.on("error", () => undefined);
  if (more === undefined) input.end(stdin);
  else more.open(input, stdin);
  const takers: [Readable | undefined, ((chunk: Buffer) => void) | undefined][] = [
    [child.stdout as Readable, stdout],
    [child.stderr as Readable, stderr],
    [child.stdio[3] as Readable | undefined, pipe],
  ];
  return Promise.all(takers.map(([stream, taker]) => stream && taker && taken(stream, taker)));
}

/** Resolves when the program itself has ended; its output may still come. */
export function exitOf(child: ChildProcess): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null)
      resolve({ exitCode: child.exitCode, signal: child.signalCode });
    else child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** Whether the promise resolved within the time. */
export function within(clock: Clock, promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    void promise.then(() => {
      cancel();
      resolve(true);
    });
  });
}

function taken(stream: Readable, taker: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    stream.on("data", taker);
    stream.on("error", () => undefined);
    stream.once("close", resolve);
  });
}
