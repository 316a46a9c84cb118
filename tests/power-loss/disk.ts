import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Why the tests of this folder cannot run here, or `undefined`. In CI that is a failure. */
export function missing(): string | undefined {
  if (process.platform !== "linux") return "the shim needs Linux";
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no C compiler (cc)";
  }
}

/** A folder on a disk that can lose power, and the shim that makes it so. */
export class Disk {
  readonly #root: string = mkdtempSync(join(tmpdir(), "polyphon-power-"));
  readonly folder: string = join(this.#root, "disk");
  /** Two folders down that are not there yet: making them is part of what may be lost. */
  readonly file: string = join(this.folder, "some", "where", "team.db");
  readonly #shim: string = join(this.#root, "shim.so");
  readonly #faults: string = join(this.#root, "faults");

  constructor() {
    mkdirSync(this.folder);
    const source = fileURLToPath(new URL("./shim.c", import.meta.url));
    execFileSync("cc", ["-shared", "-fPIC", "-O2", "-o", this.#shim, source, "-ldl", "-lpthread"]);
  }

  /** Makes writes or syncs fail once `after` more have passed, until `heal`; `CUT` is the power going. */
  fail(what: "write" | "sync", error: "ENOSPC" | "EIO" | "CUT", after = 0): void {
    writeFileSync(this.#faults, `${what} ${error} ${after}`);
  }

  heal(): void {
    unlinkSync(this.#faults);
  }

  /** Starts a writer on the disk. `cut` is when its power goes, `torn` the seed that decides which pages survive. */
  writer(
    options: {
      readonly cut?: string;
      readonly torn?: number;
      readonly durability?: string;
      /** `writer` works a store, `team-writer` a team. Default `writer`. */
      readonly program?: "writer" | "team-writer";
    } = {},
  ): Writer {
    const programs = {
      writer: new URL("./writer.ts", import.meta.url),
      "team-writer": new URL("./team-writer.ts", import.meta.url),
    };
    const script = fileURLToPath(programs[options.program ?? "writer"]);
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      LD_PRELOAD: this.#shim,
      POWER_DIR: this.folder,
      POWER_FAULTS: this.#faults,
    };
    delete env.NODE_OPTIONS;
    if (options.cut !== undefined) env.POWER_CUT = options.cut;
    if (options.torn !== undefined) env.POWER_TORN = String(options.torn);
    const args = [script, this.file, options.durability ?? "power-loss"];
    return new Writer(spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "inherit"] }));
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** A writing process, judged by what it said before it died. */
export class Writer {
  readonly #child: ChildProcess;
  readonly #exit: Promise<NodeJS.Signals | null>;
  readonly #replies: ((line: string) => void)[] = [];
  readonly #lines = new Set<string>();
  readonly #awaited: { readonly line: string; readonly resolve: () => void }[] = [];
  /** Highest sequence it said was durable, by acknowledgement or when it opened. */
  acknowledged = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = new Promise((resolve) => {
      child.once("close", (_code, signal) => {
        for (const reply of this.#replies.splice(0)) reply("dead");
        resolve(signal);
      });
    });
    child.stdin?.on("error", () => undefined);
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => this.#hear(line));
  }

  /** Gives a command. Answers `done`, `failed CODE`, or `dead` when the power went. */
  tell(command: string): Promise<string> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve("dead");
      this.#replies.push(resolve);
      this.#child.stdin?.write(`${command}\n`);
    });
  }

  /** Resolves when it has said `line`. */
  heard(line: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#lines.has(line)) resolve();
      else this.#awaited.push({ line, resolve });
    });
  }

  /** Lets it end by itself, or answers the signal that ended it. */
  async end(): Promise<NodeJS.Signals | null> {
    this.#child.stdin?.end();
    return this.#exit;
  }

  #hear(line: string): void {
    this.#lines.add(line);
    for (const wait of this.#awaited) if (wait.line === line) wait.resolve();
    const [what, seq] = line.split(" ");
    if (what === "ack" || what === "opened") this.acknowledged = Number(seq);
    if (what === "done" || what === "failed") this.#replies.shift()?.(line);
  }
}
