import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, chromium as playwright } from "playwright-core";
import { chromium, FLAGS } from "../../scripts/lib/chromium.mjs";

/** Chromium with a profile on the disk, as a process that can be killed. */
export class Chromium {
  readonly #profile: string = mkdtempSync(join(tmpdir(), "polyphon-browser-"));
  #process: ChildProcess | undefined;
  #browser: Browser | undefined;

  /** Starts it, or starts it again with the same profile; answers its windows. */
  async start(): Promise<BrowserContext> {
    const profile = [`--user-data-dir=${this.#profile}`, "--remote-debugging-port=0", "--headless"];
    // A name that is no localhost, and so no secure context.
    const names = "--host-resolver-rules=MAP plain.test 127.0.0.1";
    const child = spawn(chromium as string, [...FLAGS, ...profile, names, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = child;
    this.#browser = await playwright.connectOverCDP(await debuggerOf(child));
    const [context] = this.#browser.contexts();
    if (context === undefined) throw new Error("Chromium has no window");
    return context;
  }

  /** Ends it at once, as a crash or the power would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
    await this.#browser?.close().catch(() => undefined);
  }

  async remove(): Promise<void> {
    await this.kill();
    // Its helpers end on their own, a moment after it.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** The address Chromium prints for those who steer it. */
async function debuggerOf(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  for await (const line of lines) {
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error("Chromium ended before it could be steered");
}
