import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A program of the fixtures that tells in lines what it does. */
export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  #said = "";
  #heard: (() => void)[] = [];

  constructor(fixture: string, args: readonly string[]) {
    this.#name = fixture;
    const path = fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url));
    this.#child = spawn(process.execPath, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    const wake = (): void => {
      for (const resolve of this.#heard.splice(0)) resolve();
    };
    this.#child.stdout?.on("data", (chunk) => {
      this.#said += String(chunk);
      wake();
    });
    this.#child.on("close", wake);
  }

  /** Everything it said. */
  get lines(): readonly string[] {
    return this.#said.split("\n").slice(0, -1);
  }

  /** The rest of the first line that begins with `word`, when it comes. */
  async says(word: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((one) => one === word || one.startsWith(`${word} `));
      if (line !== undefined) return line.slice(word.length + 1);
      if (this.#child.exitCode !== null) throw new Error(`${this.#name} ended without ${word}: ${this.#said}`);
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  hear(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
