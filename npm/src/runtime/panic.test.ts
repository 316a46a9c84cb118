import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { repeatStep } from "../cli/wiring/repeat.ts";
import type { PolyphonError } from "../errors/error.ts";
import { Polyphon } from "../node.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { Kernel, KernelTrap } from "../wasm/kernel.ts";
import { loadKernel } from "../wasm/node.ts";
import { readRepro, repeat } from "./repro.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "panic-"));
  file = join(folder, "team.db");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Plants a defect: whatever step holds `poison` breaks the kernel, as a trap would. */
function plant(isPoisoned: (batch: Uint8Array, kernel: Kernel) => boolean): void {
  const { step } = Kernel.prototype;
  vi.spyOn(Kernel.prototype, "step").mockImplementation(function (this: Kernel, batch, monoMs, wallMs) {
    if (isPoisoned(batch, this)) throw new KernelTrap("planted: index out of bounds");
    return step.call(this, batch, monoMs, wallMs);
  });
}

const poison = (batch: Uint8Array): boolean => Buffer.from(batch).includes("poison");
const panics = (): string[] => readdirSync(folder).filter((name) => name.includes(".panic-"));

describe("a command that breaks the kernel", () => {
  test("is refused, its repro is beside the journal, and everything beside it goes on", async () => {
    const troubles: Error[] = [];
    await using team = await Polyphon.open(file, { onError: (error) => troubles.push(error) });
    team.agent("worker", (task) => task.key);
    await team.orchestrate({ tasks: [{ key: "before" }] }).result;
    plant(poison);
    const good = [1, 2, 3].map((number) => team.orchestrate({ tasks: [{ key: `good${number}` }] }));
    const bad = team.orchestrate({ tasks: [{ key: "poison" }] });
    const more = team.orchestrate({ tasks: [{ key: "more" }] });
    const error = (await bad.ready.catch((thrown: unknown) => thrown)) as PolyphonError;
    for (const session of [...good, more]) expect((await session.result).status).toBe("completed");
    const [name = ""] = panics();
    expect(panics()).toHaveLength(1);
    expect(error).toMatchObject({
      code: "KERNEL_PANIC",
      retryable: false,
      details: { command: "Orchestrate", file: join(folder, name) },
    });
    expect(error.message).toContain(join(folder, name));
    expect(troubles).toEqual([error]);
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect((await team.orchestrate({ tasks: [{ key: "after" }] }).result).status).toBe("completed");
  });

  test("can be repeated from its file alone, elsewhere", async () => {
    await using team = await Polyphon.open(file);
    team.agent("worker", (task) => task.key);
    await team.orchestrate({ tasks: [{ key: "before" }] }).result;
    plant(poison);
    await team.orchestrate({ tasks: [{ key: "poison" }] }).ready.catch(() => undefined);
    const path = join(folder, panics()[0] ?? "");
    const repro = readRepro(readFileSync(path));
    if (repro === undefined) throw new Error("no repro");
    expect(repro).toMatchObject({ command: "Orchestrate", message: "planted: index out of bounds" });
    const restored = new Kernel(loadKernel(), { partition: 0, epoch: 0, snapshot: repro.snapshot });
    expect([restored.lastSeq, restored.stateHash()]).toEqual([repro.seq, repro.stateHash]);
    expect(repeat(repro, loadKernel())).toEqual({ panic: "planted: index out of bounds", events: 0 });
    vi.restoreAllMocks();
    const mended = await repeatStep(path);
    expect(mended).toMatchObject({ panic: null, command: "Orchestrate" });
    expect(mended?.events).toBeGreaterThan(1);
  });

  test("is refused all the same when no repro can be kept", async () => {
    const troubles: Error[] = [];
    await using team = await Polyphon.open({ onError: (error) => troubles.push(error) });
    plant(poison);
    const error = await team.orchestrate({ tasks: [{ key: "poison" }] }).ready.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "KERNEL_PANIC", details: { command: "Orchestrate" } });
    expect((error as PolyphonError).details).not.toHaveProperty("file");
  });

  test("does not fill the disk when it comes again and again", async () => {
    await using team = await Polyphon.open(file);
    plant(poison);
    for (let time = 0; time < 7; time++) {
      const again = team.orchestrate({ tasks: [{ key: "poison" }] });
      await expect(again.ready).rejects.toMatchObject({ code: "KERNEL_PANIC" });
    }
    expect(panics()).toHaveLength(5);
  });
});

test("a kernel that breaks by time alone stands still, and says with which file", async () => {
  const clock = new FakeClock();
  const troubles: Error[] = [];
  const team = await Polyphon.open(file, { clock, onError: (error) => troubles.push(error) });
  await team.agent("worker", () => new Promise(() => undefined)).ready;
  const session = team.orchestrate({ tasks: [{ key: "a", timeoutMs: 1_000 }] });
  await session.ready;
  const ended = session.result.catch((error: unknown) => error);
  let steps = 0;
  plant((batch) => batch.length === 3 && ++steps > 0);
  clock.advance(1_000);
  expect(await ended).toMatchObject({ code: "KERNEL_PANIC", details: { command: null } });
  expect(panics()).toHaveLength(1);
  expect(steps).toBe(1);
  expect(troubles).toHaveLength(1);
  await team.close();
});

test("what is no repro file, or is cut short, is not taken for one", async () => {
  const path = join(folder, "x");
  for (const text of [
    "",
    "{}\n",
    '{"polyphon":"repro"',
    '{"polyphon":"repro","version":2}\n',
    '{"polyphon":"repro"}\n',
  ]) {
    writeFileSync(path, text);
    expect(await repeatStep(path)).toBeUndefined();
    expect(readRepro(Buffer.from(text))).toBeUndefined();
  }
  await expect(repeatStep(join(folder, "none"))).rejects.toThrow("ENOENT");
});
