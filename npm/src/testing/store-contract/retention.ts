import { collect, equal, ok, refused, rejectedWith, sameBytes, sameFrames } from "./expect.ts";
import { put } from "./snapshots.ts";
import { type Context, noise } from "./subject.ts";

export function retention(context: Context): void {
  context.test("nothing is dropped before there are two snapshots", async (session) => {
    const { store, fill } = session;
    await fill(20);
    equal((await store.compact(20)).firstSeq, 1, "firstSeq without a snapshot");
    await put(session, 15, 10);
    equal((await store.compact(20)).firstSeq, 1, "firstSeq with one");
  });

  context.test("compaction never passes the older snapshot nor the sequence asked for", async (session) => {
    const { store, fill, restart } = session;
    const frames = await fill(40, { events: 5 });
    await put(session, 50, 10);
    await put(session, 150, 10);
    equal((await store.compact(23)).firstSeq, 21, "firstSeq");
    equal((await store.compact(1_000)).firstSeq, 51, "firstSeq");
    const error = await refused(collect(store.read(50)), "STORE_COMPACTED");
    equal(error.details.firstSeq, 51, "the sequence it names");
    sameFrames(await collect(store.read(51)), frames.slice(10));
    const opened = await restart();
    equal(opened.firstSeq, 51, "firstSeq after a restart");
    equal(opened.lastSeq, 200, "lastSeq after a restart");
    await fill(2);
    const report = await store.verify();
    equal(report.ok, true, "the journal");
    equal(report.events, 152, "events");
  });

  context.test("compaction gives space back and health says so", async (session) => {
    const { store, fill } = session;
    await fill(400, { bodyBytes: 15_000 });
    await put(session, 390, 10);
    await put(session, 395, 10);
    const before = await store.health();
    await store.compact(1_000);
    const after = await store.health();
    equal(after.firstSeq, 391, "firstSeq");
    equal(after.journalBytes, 10 * 15_092, "journalBytes");
    ok(after.storedBytes < before.storedBytes / 2, `less stored: ${before.storedBytes}, then ${after.storedBytes}`);
  });

  context.test("appends go on while frames are dropped", async (session) => {
    const { store, fill, restart } = session;
    await fill(300, { bodyBytes: 15_000 });
    await put(session, 290, 10);
    await put(session, 295, 10);
    const dropping = store.compact(1_000);
    await fill(40);
    equal((await dropping).firstSeq, 291, "firstSeq");
    equal((await restart()).lastSeq, 340, "lastSeq");
    equal((await store.verify()).ok, true, "the journal");
  });

  context.test("a reading that compaction overtakes says so", async (session) => {
    const { store, fill } = session;
    await fill(400, { bodyBytes: 15_000 });
    await put(session, 390, 10);
    await put(session, 395, 10);
    const reading = store.read(1)[Symbol.asyncIterator]();
    await reading.next();
    await store.compact(1_000);
    const rest = async (): Promise<void> => {
      while ((await reading.next()).done !== true);
    };
    const error = await refused(rest(), "STORE_COMPACTED");
    equal(error.details.firstSeq, 391, "the sequence it names");
  });

  context.test("an abort leaves a sound journal", async (session) => {
    const { store, fill } = session;
    await fill(20);
    await put(session, 15, 10);
    await put(session, 16, 10);
    const reason = new Error("enough");
    await rejectedWith(store.compact(20, { signal: AbortSignal.abort(reason) }), reason);
    equal((await store.verify()).ok, true, "the journal");
    equal((await store.compact(20)).firstSeq, 16, "firstSeq");
  });

  context.test("payloads of an archived owner go when its last event goes", async (session) => {
    const { store, chain, fill } = session;
    await store.append(await chain.next(), [
      { key: "closed", owner: 1, bytes: noise(700, 1) },
      { key: "open", owner: 2, bytes: noise(300, 2) },
    ]);
    await fill(30);
    await put(session, 10, 10);
    await put(session, 20, 10);
    await store.compact(1_000);
    sameBytes(await store.payload("closed"), noise(700, 1), "before it is archived");

    await store.putArchive({ id: "session_1", owner: 1, lastSeq: 15, closedMs: 5, bytes: noise(10, 1) });
    await store.compact(1_000);
    sameBytes(await store.payload("closed"), noise(700, 1), "while its last event is kept");

    await put(session, 25, 10);
    await store.compact(1_000);
    ok((await store.payload("closed")) === undefined, "no payload of the archived owner");
    sameBytes(await store.payload("open"), noise(300, 2), "the payload of the other");
    equal((await store.health()).payloadBytes, 300, "payloadBytes");
  });

  context.test("payloads of closed owners go below the cut, archived or not", async (session) => {
    const { store, chain, fill } = session;
    const rows = Array.from({ length: 4_500 }, (_, n) => ({ key: `k${n}`, owner: 1 + (n % 3), bytes: noise(10, n) }));
    await store.append(await chain.next({ events: 3 }), rows);
    await fill(30);
    await store.append(await chain.next(), [{ key: "later", owner: 1, bytes: noise(10, 1) }]);
    await put(session, 20, 10);
    await put(session, 25, 10);
    await store.compact(15, { closed: [1, 3, 99] });
    equal((await store.health()).firstSeq, 15, "firstSeq");
    ok((await store.payload("k0")) === undefined, "no payload of owner 1");
    ok((await store.payload("k4499")) === undefined, "no payload of owner 3");
    sameBytes(await store.payload("k1"), noise(10, 1), "the payload of owner 2");
    equal((await store.health()).payloadBytes - ((await store.payload("later"))?.byteLength ?? 0), 15_000, "bytes");
  });

  context.test("an archive of what goes on keeps every payload until it is replaced", async (session) => {
    const { store, chain, fill } = session;
    await store.append(await chain.next(), [{ key: "k", owner: 1, bytes: noise(700, 1) }]);
    await fill(30);
    await put(session, 20, 10);
    await put(session, 25, 10);
    const open = { id: "session_1", owner: 1, lastSeq: Number.MAX_SAFE_INTEGER, closedMs: 5, bytes: noise(10, 1) };
    await store.putArchive(open);
    await store.compact(1_000);
    sameBytes(await store.payload("k"), noise(700, 1), "while it goes on");
    await store.putArchive({ ...open, lastSeq: 9, bytes: noise(20, 2) });
    await store.compact(1_000);
    ok((await store.payload("k")) === undefined, "no payload once it has ended");
    sameBytes((await store.archive("session_1"))?.bytes, noise(20, 2), "the later archive");
    equal((await store.archives()).length, 1, "archives");
  });

  context.test("payloads are found wherever their frame lies in the owner's life", async (session) => {
    const { store, chain, fill } = session;
    // Owner 5 begins and ends in the middle of frames; owner 6 has payloads in the same frames, and many in between.
    const rows = (from: number, count: number, owner: number) =>
      Array.from({ length: count }, (_, n) => ({ key: `${owner}/${from + n}`, owner, bytes: noise(10, n) }));
    await store.append(await chain.next({ events: 10 }), [...rows(0, 5, 5), ...rows(0, 5, 6)]);
    await store.append(await chain.next({ events: 10 }), [...rows(100, 2_500, 6), ...rows(100, 2_500, 5)]);
    for (let n = 0; n < 30; n++) {
      await store.append(await chain.next(), [...rows(10_000 + n * 200, 100, 5), ...rows(10_000 + n * 200, 100, 6)]);
    }
    await store.append(await chain.next({ events: 10 }), [...rows(90_000, 1_500, 5), ...rows(90_000, 1_500, 6)]);
    await fill(20);
    await store.putArchive({ id: "session_5", owner: 5, lastSeq: 53, closedMs: 0, bytes: noise(1, 1) });
    await put(session, 70, 10);
    await put(session, 75, 10);
    await store.compact(1_000);
    const kept = 5 + 2_500 + 3_000 + 1_500;
    equal((await store.health()).payloadBytes, kept * 10, "payloadBytes");
    for (const at of [0, 4, 100, 2_599, 10_000, 15_899, 91_499]) {
      ok((await store.payload(`5/${at}`)) === undefined, `no payload 5/${at}`);
      ok((await store.payload(`6/${at}`)) !== undefined, `the payload 6/${at}`);
    }
  });

  context.test("archives come back as they were", async ({ store, fill, restart }) => {
    await fill(1);
    const first = { id: "session_a", owner: 1, lastSeq: 9, closedMs: 1_000, bytes: noise(50_000, 1) };
    const second = { id: "session_b", owner: 2, lastSeq: 8, closedMs: 2_000, bytes: new Uint8Array() };
    await store.putArchive(first);
    await store.putArchive(second);
    await restart();
    equal((await store.archives()).map((entry) => entry.id).join(), "session_a,session_b", "ids");
    const found = await store.archive("session_a");
    sameBytes(found?.bytes, first.bytes, "bytes");
    const { bytes: _, ...entry } = first;
    equal(JSON.stringify((await store.archives())[0]), JSON.stringify(entry), "entry");
    ok((await store.archive("session_c")) === undefined, "no other archive");
  });

  context.test("an archive can be dropped, with what its owner left", async ({ store, chain }) => {
    await store.append(await chain.next(), [{ key: "k", owner: 1, bytes: noise(700, 1) }]);
    await store.putArchive({ id: "session_a", owner: 1, lastSeq: 1, closedMs: 5, bytes: noise(10, 1) });
    await store.dropArchives(["session_a", "not there"]);
    equal((await store.archives()).length, 0, "archives");
    ok((await store.payload("k")) === undefined, "no payload");
    equal((await store.health()).archiveBytes, 0, "archiveBytes");
  });
}
