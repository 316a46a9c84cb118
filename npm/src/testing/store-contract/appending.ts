import { encodeFrame, sealFrame } from "../frames.ts";
import { collect, equal, refused, sameFrames } from "./expect.ts";
import { type Context, noise } from "./subject.ts";

export function appending(context: Context): void {
  context.test("frames come back byte for byte", async ({ store, fill, restart }) => {
    const frames = [...(await fill(20)), ...(await fill(5, { events: 7, bodyBytes: 15_000 }))];
    sameFrames(await collect(store.read(1)), frames);
    equal((await restart()).lastSeq, 20 + 5 * 7, "lastSeq");
    sameFrames(await collect(store.read(1)), frames);
  });

  context.test("a frame of 8 MiB is one commit", async ({ store, fill }) => {
    const frames = await fill(1, { bodyBytes: 8 * 1_048_576 });
    sameFrames(await collect(store.read(1)), frames);
  });

  context.test("appends that are not awaited keep their order", async ({ store, chain }) => {
    const frames: Uint8Array[] = [];
    for (let n = 0; n < 30; n++) frames.push(await chain.next());
    await Promise.all(frames.map((frame) => store.append(frame, [])));
    sameFrames(await collect(store.read(1)), frames);
  });

  context.test(
    "of appends that are not awaited, those before a refused one stand",
    async ({ store, chain, opened }) => {
      const good: Uint8Array[] = [];
      for (let n = 0; n < 6; n++) good.push(await chain.next());
      const skipping = encodeFrame({ firstSeq: 99, epoch: opened.epoch, prevHash: new Uint8Array(32) });
      const answers = await Promise.allSettled(
        [...good.slice(0, 5), skipping, ...good.slice(5)].map((frame) => store.append(frame, [])),
      );
      const told = answers.map((answer) => (answer.status === "fulfilled" ? "stands" : answer.reason.code));
      equal(told.join(), "stands,stands,stands,stands,stands,STORE_GAP,STORE_HALTED", "the answers");
      equal((await store.reopen()).lastSeq, 5, "lastSeq");
      sameFrames(await collect(store.read(1)), good.slice(0, 5));
    },
  );

  context.test("the caller may reuse its memory as soon as append returns", async ({ store, chain }) => {
    const frame = await chain.next();
    const expected = frame.slice();
    const payload = noise(500, 1);
    const appended = store.append(frame, [{ key: "p", owner: 1, bytes: payload }]);
    frame.fill(0);
    payload.fill(0);
    await appended;
    sameFrames(await collect(store.read(1)), [expected]);
    sameFrames([(await store.payload("p")) ?? new Uint8Array()], [noise(500, 1)]);
  });

  context.test("a view on larger memory is stored alone", async ({ store, chain }) => {
    const frame = await chain.next();
    const memory = new Uint8Array(frame.byteLength + 100_000);
    memory.set(frame, 50_000);
    await store.append(memory.subarray(50_000, 50_000 + frame.byteLength), [], { transfer: true });
    equal(memory.byteLength, frame.byteLength + 100_000, "the larger memory");
    sameFrames(await collect(store.read(1)), [frame]);
  });

  context.test("a buffer may be given away", async ({ store, chain }) => {
    const frame = await chain.next();
    const expected = frame.slice();
    await store.append(frame, [], { transfer: true });
    sameFrames(await collect(store.read(1)), [expected]);
  });

  context.test(
    "a frame that skips or repeats a sequence is refused",
    async ({ store, chain, fill, restart, opened }) => {
      const frames = await fill(2);
      const prevHash = new Uint8Array(32);
      const skipping = encodeFrame({ firstSeq: 5, epoch: opened.epoch, prevHash });
      const error = await refused(store.append(skipping, []), "STORE_GAP");
      equal(error.details.expected, 3, "the sequence it names");
      chain.epoch = (await store.reopen()).epoch;
      await refused(store.append(encodeFrame({ firstSeq: 2, epoch: chain.epoch, prevHash }), []), "STORE_GAP");
      equal((await restart()).lastSeq, 2, "lastSeq");
      sameFrames(await collect(store.read(1)), frames);
    },
  );

  context.test("only the granted epoch may write", async ({ store, chain, fill, restart }) => {
    const frames = await fill(2);
    const old = chain.epoch;
    const { epoch } = await restart();
    chain.epoch = old;
    await refused(store.append(chain.peek(), []), "STORE_FENCED");
    chain.epoch = (await store.reopen()).epoch + 1;
    await refused(store.append(chain.peek(), []), "STORE_FENCED");
    chain.epoch = (await store.reopen()).epoch;
    equal(chain.epoch > epoch, true, "a higher epoch");
    sameFrames(await collect(store.read(1)), frames);
    await fill(1);
  });

  context.test("what is not a frame is refused", async ({ store, chain }) => {
    const whole = chain.peek();
    const wrongMagic = whole.slice();
    wrongMagic[0] = 0;
    const newerFormat = whole.slice();
    newerFormat[4] = 99;
    const noEvents = chain.peek({ events: 0 });
    const broken = [new Uint8Array(), whole.slice(0, 80), whole.slice(0, -1), wrongMagic, newerFormat, noEvents];
    for (const frame of broken) {
      await refused(store.append(frame, []), "STORE_FRAME_INVALID");
      chain.epoch = (await store.reopen()).epoch;
    }
    await store.append(await chain.next(), []);
  });

  context.test("a frame of another partition is refused", async ({ store, chain, fill }) => {
    await fill(1);
    const foreign = chain.peek();
    new DataView(foreign.buffer).setUint32(8, 7, true);
    sealFrame(foreign);
    await refused(store.append(foreign, []), "STORE_FRAME_INVALID");
  });

  const checking = context.needing("checksFrames");

  checking.test("a frame that does not match its checksum is refused", async ({ store, chain }) => {
    const frame = chain.peek();
    frame[90] = (frame[90] ?? 0) ^ 1;
    await refused(store.append(frame, []), "STORE_FRAME_INVALID");
  });

  checking.test("a frame that does not continue the chain is refused", async ({ store, chain, fill }) => {
    await fill(2);
    const frame = chain.peek();
    frame[48] = (frame[48] ?? 0) ^ 1;
    sealFrame(frame);
    await refused(store.append(frame, []), "STORE_FRAME_INVALID");
  });
}
