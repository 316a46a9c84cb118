import { sealFrame } from "../frames.ts";
import { collect, equal, ok, refused, sameFrames } from "./expect.ts";
import { put } from "./snapshots.ts";
import { type Context, noise, type Session } from "./subject.ts";

export function damage(context: Context): void {
  const editing = context.needing("frameEdits");
  const decaying = context.needing("snapshotEdits");
  const flip = (bytes: Uint8Array): Uint8Array => {
    bytes[100] = (bytes[100] ?? 0) ^ 0x10;
    return bytes;
  };
  const edit = async (session: Session, seq: number, change: (bytes: Uint8Array) => Uint8Array | undefined) => {
    await session.store.close();
    await session.editFrame?.(seq, change);
  };

  for (const [how, change] of [
    ["short", (bytes: Uint8Array) => bytes.slice(0, bytes.byteLength - 7)],
    ["only a part of its header", (bytes: Uint8Array) => bytes.slice(0, 40)],
    ["not what its checksum says", flip],
  ] as const) {
    editing.test(`a last frame that is ${how} is cut, and reported`, async (session) => {
      const { store, chain, fill } = session;
      const frames = await fill(5, { events: 3 });
      const before = frames.at(-1) as Uint8Array;
      await store.append(await chain.next({ events: 4 }), [{ key: "torn", owner: 1, bytes: noise(10, 1) }]);
      await edit(session, 16, change);
      const opened = await store.open();
      equal(opened.lastSeq, 15, "lastSeq");
      equal(opened.repaired?.cutFromSeq, 16, "cutFromSeq");
      ok((opened.repaired?.bytes ?? 0) > 0, "bytes that were cut");
      ok((await store.payload("torn")) === undefined, "no payload of the cut frame");
      sameFrames(await collect(store.read(1)), frames);
      chain.epoch = opened.epoch;
      chain.nextSeq = 16;
      await chain.follow(before);
      await fill(2);
      ok((await session.restart()).repaired === undefined, "nothing more to repair");
      equal((await store.verify()).ok, true, "the journal");
    });
  }

  for (const [how, change, reason] of [
    ["changed", flip, "checksum"],
    ["missing", () => undefined, "gap"],
    ["not a frame", () => new Uint8Array(300), "header"],
  ] as const) {
    editing.test(`a frame in the middle that is ${how} refuses to open and is named`, async (session) => {
      await session.fill(9);
      await edit(session, 5, change);
      const error = await refused(session.store.open(), "STORE_CORRUPT");
      equal(error.details.seq, 5, "seq");
      equal(error.details.reason, reason, "reason");
    });
  }

  editing.test("a changed frame with a fresh checksum breaks the chain", async (session) => {
    await session.fill(9);
    await edit(session, 5, (bytes) => {
      flip(bytes);
      sealFrame(bytes);
      return bytes;
    });
    const error = await refused(session.store.open(), "STORE_CORRUPT");
    equal(error.details.seq, 6, "seq");
    equal(error.details.reason, "chain", "reason");
  });

  editing.test("two damaged frames at the end are more than a torn one", async (session) => {
    await session.fill(9);
    await edit(session, 8, flip);
    await edit(session, 9, flip);
    equal((await refused(session.store.open(), "STORE_CORRUPT")).details.seq, 8, "seq");
  });

  editing.test("a refused open lets go of the journal", async (session) => {
    await session.fill(9);
    await edit(session, 5, flip);
    await refused(session.store.open(), "STORE_CORRUPT");
    await refused(session.another().open(), "STORE_CORRUPT");
  });

  decaying.test("a damaged snapshot is passed over for the one before", async (session) => {
    const { store, fill, restart } = session;
    await fill(10);
    await put(session, 4, 600_000);
    await put(session, 8, 600_000);
    await store.close();
    await session.damageSnapshot?.(8);
    await restart();
    equal((await store.latestSnapshot())?.seq, 4, "seq");
    equal((await store.compact(10)).firstSeq, 1, "firstSeq: no compaction on a damaged snapshot");
    const report = await store.verify();
    equal(report.ok, false, "the journal");
    equal(report.damage?.reason, "snapshot", "reason");
    equal(report.snapshots, 1, "intact snapshots");
    await store.close();
    await session.damageSnapshot?.(4);
    await restart();
    ok((await store.latestSnapshot()) === undefined, "no snapshot");
  });

  decaying.test("without an intact snapshot a compacted journal cannot be read", async (session) => {
    const { store, fill, restart } = session;
    await fill(10);
    await put(session, 4, 100);
    await put(session, 8, 100);
    await store.compact(10);
    await store.close();
    await session.damageSnapshot?.(4);
    await session.damageSnapshot?.(8);
    await restart();
    equal((await refused(store.latestSnapshot(), "STORE_CORRUPT")).details.reason, "snapshot", "reason");
  });

  editing.test("a snapshot of what was cut does not count", async (session) => {
    const { store, fill } = session;
    await fill(10);
    await put(session, 6, 100);
    await put(session, 10, 100);
    await edit(session, 10, flip);
    equal((await store.open()).lastSeq, 9, "lastSeq");
    equal((await store.latestSnapshot())?.seq, 6, "seq");
  });
}
