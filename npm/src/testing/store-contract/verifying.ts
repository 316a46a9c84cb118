import { equal, ok, rejectedWith } from "./expect.ts";
import { put } from "./snapshots.ts";
import { type Context, noise } from "./subject.ts";

export function verifying(context: Context): void {
  context.test("a sound journal is counted", async (session) => {
    const { store, fill, restart } = session;
    await fill(200, { events: 3, bodyBytes: 15_000 });
    await restart();
    await fill(2);
    await put(session, 300, 1_000);
    const seen: number[] = [];
    const report = await store.verify({ onProgress: ({ seq }) => seen.push(seq) });
    equal(report.ok, true, "ok");
    equal(report.firstSeq, 1, "firstSeq");
    equal(report.lastSeq, 602, "lastSeq");
    equal(report.frames, 202, "frames");
    equal(report.events, 602, "events");
    equal(report.bytes, (await store.health()).journalBytes, "bytes");
    equal(report.snapshots, 1, "snapshots");
    ok(seen.length > 1 && seen.at(-1) === 602, "progress up to the end");
    ok(
      seen.every((seq, index) => index === 0 || seq > (seen[index - 1] ?? 0)),
      "progress that rises",
    );
  });

  context.test("an empty journal is sound", async ({ store }) => {
    const report = await store.verify();
    equal(report.ok, true, "ok");
    equal(report.events, 0, "events");
  });

  context.test("an abort ends it with its reason", async ({ store, fill }) => {
    await fill(3);
    const reason = new Error("enough");
    await rejectedWith(store.verify({ signal: AbortSignal.abort(reason) }), reason);
  });

  context.test("health tells sizes and positions", async (session) => {
    const { store, chain, fill, restart } = session;
    const frames = await fill(5, { events: 2 });
    const last = await chain.next();
    await store.append(last, [{ key: "k", owner: 1, bytes: noise(123, 1) }]);
    await restart();
    const health = await store.health();
    equal(health.ok, true, "ok");
    equal(health.problem, undefined, "problem");
    equal(health.lastSeq, 11, "lastSeq");
    equal(health.firstSeq, 1, "firstSeq");
    equal(health.snapshotSeq, 0, "snapshotSeq");
    const bytes = [...frames, last].reduce((sum, frame) => sum + frame.byteLength, 0);
    equal(health.journalBytes, bytes, "journalBytes");
    equal(health.payloadBytes, 123, "payloadBytes");
    ok(health.storedBytes >= bytes + 123, "storedBytes");
  });

  context.needing("frameEdits").test("damage below what opening checks is found and named", async (session) => {
    const { store, fill, restart } = session;
    await fill(20);
    await put(session, 10, 10);
    await put(session, 15, 10);
    await store.close();
    await session.editFrame?.(4, (bytes) => {
      bytes[95] = (bytes[95] ?? 0) ^ 1;
      return bytes;
    });
    await restart();
    const report = await store.verify();
    equal(report.ok, false, "ok");
    equal(report.damage?.seq, 4, "seq");
    equal(report.damage?.reason, "checksum", "reason");
    equal(report.lastSeq, 3, "lastSeq");
    equal(report.frames, 3, "frames");
  });
}
