import { collect, equal, rejectedWith, sameBytes, sameFrames } from "./expect.ts";
import type { Context } from "./subject.ts";

export function reading(context: Context): void {
  context.test("reading begins with the frame that holds the sequence", async ({ store, fill }) => {
    const frames = await fill(4, { events: 10 });
    for (const [fromSeq, index] of [
      [0, 0],
      [1, 0],
      [10, 0],
      [11, 1],
      [25, 2],
      [40, 3],
    ] as const) {
      sameFrames(await collect(store.read(fromSeq)), frames.slice(index));
    }
    equal((await collect(store.read(41))).length, 0, "frames right after the end");
    equal((await collect(store.read(1_000))).length, 0, "frames far after the end");
  });

  context.test("a journal of several MiB is read in order", async ({ store, fill }) => {
    const frames = await fill(300, { bodyBytes: 15_000 });
    sameFrames(await collect(store.read(1)), frames);
    sameFrames(await collect(store.read(250)), frames.slice(249));
  });

  context.test("leaving the loop early leaves nothing behind", async ({ store, fill, restart }) => {
    const frames = await fill(200, { bodyBytes: 15_000 });
    for await (const frame of store.read(1)) {
      sameBytes(frame, frames[0] as Uint8Array, "the first frame");
      break;
    }
    await fill(3);
    equal((await restart()).lastSeq, 203, "lastSeq");
  });

  context.test("reading goes on while frames are appended", async ({ store, fill }) => {
    const before = await fill(150, { bodyBytes: 15_000 });
    const seen: Uint8Array[] = [];
    for await (const frame of store.read(1)) {
      seen.push(frame);
      if (seen.length % 50 === 0) await fill(1);
    }
    sameFrames(seen.slice(0, before.length), before);
    equal(seen.length >= before.length, true, "all that were there");
  });

  context.test("two readings at once do not disturb each other", async ({ store, fill }) => {
    const frames = await fill(150, { bodyBytes: 15_000 });
    const [first, second] = await Promise.all([collect(store.read(1)), collect(store.read(100))]);
    sameFrames(first, frames);
    sameFrames(second, frames.slice(99));
  });

  context.test("an abort ends reading with its reason", async ({ store, fill }) => {
    await fill(200, { bodyBytes: 15_000 });
    const abort = new AbortController();
    const reason = new Error("enough");
    let count = 0;
    const run = async (): Promise<void> => {
      for await (const _ of store.read(1, { signal: abort.signal })) {
        count += 1;
        if (count === 3) abort.abort(reason);
      }
    };
    await rejectedWith(run(), reason);
    equal(count, 3, "frames before the end");
    await rejectedWith(collect(store.read(1, { signal: abort.signal })), reason);
  });
}
