import { expect, test } from "vitest";
import { memoryStore } from "../stores/memory/memory-store.ts";
import type { Store } from "../stores/store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { type Answer, readRequest, type StepOutput } from "../wasm/codec.generated.ts";
import type { Kernel } from "../wasm/kernel.ts";
import { Reader } from "../wasm/msgpack.ts";
import { Loop } from "./loop.ts";

/** A kernel that has room for two requests a step, and writes frames of so many bytes. */
function narrowKernel(frameBytes = 0): { readonly kernel: Kernel; readonly batches: (readonly number[])[] } {
  const batches: number[][] = [];
  const step = (batch: Uint8Array): StepOutput => {
    const reader = new Reader(batch);
    const ids = [...reader.list(() => readRequest(reader).id)];
    batches.push(ids);
    const answers = ids
      .slice(0, 2)
      .map((id): Answer => ({ id, outcome: { type: "Accepted", entity: id * 10 }, parts: [] }));
    const leftOver = ids.length - answers.length;
    const rest = { firstSeq: 1, lastSeq: 0, eventsAt: 0, effects: [], deadlineMs: null, nowMs: 0 };
    return { ...rest, frame: new Uint8Array(frameBytes), answers, leftOver };
  };
  return { kernel: { step } as unknown as Kernel, batches };
}

function loopOver(kernel: Kernel, store: Store): Loop {
  const unexpected = (): never => expect.fail("nothing goes wrong here");
  return new Loop(kernel, {
    store,
    clock: new FakeClock(),
    rebuild: unexpected,
    rebuilt: unexpected,
    persisted: () => undefined,
    act: () => undefined,
    waits: () => false,
    failed: unexpected,
    panicked: unexpected,
  });
}

test("what a step has no room for comes first in the next one, before what came meanwhile", async () => {
  const { kernel, batches } = narrowKernel();
  const loop = loopOver(kernel, memoryStore());
  const ask = (): Promise<number> => loop.submit({ type: "ResumeSession", session: 1 });
  const late: Promise<number>[] = [];
  const first = ask().then((entity) => {
    late.push(ask());
    return entity;
  });
  const rest = [ask(), ask(), ask(), ask()];
  expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40, 50]);
  expect(await Promise.all(late)).toEqual([60]);
  expect(batches.map((batch) => batch[0])).toEqual([1, 3, 5]);
  expect(
    batches
      .flat()
      .toSorted((a, b) => a - b)
      .at(-1),
  ).toBe(6);
});

test("what comes while a frame is written is on its way before that is done, up to a bound", async () => {
  const { kernel } = narrowKernel(1);
  const written: (() => void)[] = [];
  const slow = { append: () => new Promise<void>((settle) => written.push(settle)) };
  const loop = loopOver(kernel, slow as unknown as Store);
  const told: number[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (let count = 0; count < 20; count++) {
    void loop.submit({ type: "ResumeSession", session: 1 }).then((entity) => told.push(entity));
    await turn();
  }
  expect(written.length).toBe(16);
  // In order, though the store may say so in any.
  for (const settle of written.splice(0).reverse()) {
    expect(told).toEqual([]);
    settle();
    await turn();
  }
  expect(told).toEqual(Array.from({ length: 16 }, (_, index) => (index + 1) * 10));
  // Those that waited for a place are on their way too, together.
  expect(written.length).toBe(2);
  for (const settle of written.splice(0)) settle();
  await turn();
  expect(told.length).toBe(20);
});
