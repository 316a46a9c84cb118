import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Store } from "../../npm/src/stores/store.ts";
import { FrameChain } from "../../npm/src/testing/frames.ts";

/** A folder for the files of one test, and what was started in it. */
export class StoreFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "polyphon-sqlite-"));
  readonly file: string = join(this.path, "team.db");
  readonly #closers: (() => unknown)[] = [];

  /** Closes `thing` when the test ends. */
  use<T extends { close(): Promise<void> }>(thing: T): T {
    this.#closers.push(() => thing.close());
    return thing;
  }

  /** Starts a program of `fixtures`. */
  program(name: string, ...args: string[]): ChildProcess {
    const script = fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.#closers.push(() => child.kill("SIGKILL"));
    return child;
  }

  /** Starts a process that owns `file`, with `frames` frames in it. */
  async owner(frames = 0): Promise<ChildProcess> {
    const child = this.program("owner", this.file, String(frames));
    await once(child.stdout as NodeJS.ReadableStream, "data");
    return child;
  }

  async remove(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Opens `store` and appends `count` frames of `bodyBytes` after what is there; answers the chain. */
export async function fill(store: Store, count: number, bodyBytes = 64): Promise<FrameChain> {
  const { epoch } = await store.open();
  const chain = new FrameChain({ epoch });
  for await (const frame of store.read(1)) await chain.follow(frame);
  for (let n = 0; n < count; n++) {
    await store.append(await chain.next({ body: new Uint8Array(bodyBytes).fill(n) }), []);
  }
  return chain;
}

/** What a child printed until it ended. */
export async function output(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(child, "close");
  return text;
}
