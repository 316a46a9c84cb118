import { EventEmitter } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../runtime/clock.ts";
import { version } from "../version.ts";
import { systemInterrupts } from "./interrupts.ts";
import { systemPrompts } from "./prompts.ts";
import { watchFiles } from "./watch-files.ts";

/** A terminal of two pipes. */
function terminal(): {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  type: (text: string) => void;
  end: () => void;
} {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  output.resume();
  return {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
    type: (text) => void input.write(text),
    end: () => void input.end(),
  };
}

describe("interrupts", () => {
  it("listen for signals only while somebody cares", () => {
    const process = new EventEmitter() as unknown as NodeJS.Process;
    const interrupts = systemInterrupts(process);
    let heard = 0;
    const first = interrupts.on(() => {
      heard += 1;
    });
    const second = interrupts.on(() => {
      heard += 10;
    });
    process.emit("SIGINT");
    process.emit("SIGTERM");
    expect(heard).toBe(22);
    first();
    first();
    process.emit("SIGHUP");
    expect(heard).toBe(32);
    second();
    expect(process.listenerCount("SIGINT")).toBe(0);
  });
});

describe("prompts", () => {
  it("answer what was typed", async () => {
    const tty = terminal();
    const asked = systemPrompts(tty.input, tty.output, () => undefined).ask("go? ", new AbortController().signal);
    tty.type("retry\n");
    expect(await asked).toBe("retry");
  });

  it("end without an answer when called off or at the end of input", async () => {
    const tty = terminal();
    const prompts = systemPrompts(tty.input, tty.output, () => undefined);
    const off = new AbortController();
    const asked = prompts.ask("go? ", off.signal);
    off.abort();
    expect(await asked).toBeUndefined();
    const again = prompts.ask("go? ", new AbortController().signal);
    tty.end();
    expect(await again).toBeUndefined();
  });

  it("hand Ctrl-C on", async () => {
    const tty = terminal();
    let interrupted = 0;
    const off = new AbortController();
    const asked = systemPrompts(tty.input, tty.output, () => {
      interrupted += 1;
      off.abort();
    }).ask("go? ", off.signal);
    tty.type("\u0003");
    expect(await asked).toBeUndefined();
    expect(interrupted).toBe(1);
  });

  it("are not offered to pipes", () => {
    const tty = terminal();
    const pipe = new PassThrough() as unknown as NodeJS.ReadStream;
    expect(systemPrompts(pipe, tty.output, () => undefined).available).toBe(false);
    expect(systemPrompts(tty.input, tty.output, () => undefined).available).toBe(true);
  });
});

describe("watching files", () => {
  it("sees a file that is written and one that is replaced, and nothing else", async () => {
    const folder = mkdtempSync(join(tmpdir(), "watch-"));
    const file = join(folder, "suite.yaml");
    writeFileSync(file, "a");
    for (const change of [
      () => writeFileSync(file, "b"),
      () => {
        writeFileSync(`${file}~`, "c");
        renameSync(`${file}~`, file);
      },
    ]) {
      await new Promise<void>((resolve) => {
        watchFiles(systemClock())([file], resolve);
        change();
      });
    }
    let calls = 0;
    const stop = watchFiles(systemClock())([file], () => {
      calls += 1;
    });
    writeFileSync(join(folder, "other.yaml"), "x");
    stop();
    expect(calls).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });
});

it("the version is that of the package", async () => {
  expect(await version()).toMatch(/^\d+\.\d+\.\d+/);
});
