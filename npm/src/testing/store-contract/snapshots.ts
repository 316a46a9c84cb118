import { equal, ok, refused, rejectedWith, sameBytes } from "./expect.ts";
import { type Context, noise, type Session } from "./subject.ts";

export function snapshots(context: Context): void {
  context.test("a snapshot comes back as it was", async ({ store, fill, restart }) => {
    await fill(5);
    const bytes = noise(1_500_000, 1);
    await store.putSnapshot({ seq: 4, stateHash: "ab12", bytes });
    for (const _ of [1, 2]) {
      const snapshot = await store.latestSnapshot();
      equal(snapshot?.seq, 4, "seq");
      equal(snapshot?.stateHash, "ab12", "stateHash");
      sameBytes(snapshot?.bytes, bytes, "bytes");
      await restart();
    }
    equal((await store.health()).snapshotSeq, 4, "snapshotSeq");
    equal((await store.health()).snapshotBytes, 1_500_000, "snapshotBytes");
  });

  context.test("the latest counts and two are kept", async (session) => {
    const { store, fill } = session;
    await fill(10);
    for (const seq of [2, 4, 6, 8]) await put(session, seq, 300_000);
    equal((await store.latestSnapshot())?.seq, 8, "seq");
    equal((await store.health()).snapshotBytes, 600_000, "snapshotBytes of the two that are kept");
  });

  context.test("one at the same sequence takes the place of the other", async (session) => {
    const { store, fill } = session;
    await fill(10);
    await put(session, 5, 1_000);
    await store.putSnapshot({ seq: 5, stateHash: "02", bytes: noise(2_000, 2) });
    const snapshot = await store.latestSnapshot();
    equal(snapshot?.stateHash, "02", "stateHash");
    sameBytes(snapshot?.bytes, noise(2_000, 2), "bytes");
    equal((await store.health()).snapshotBytes, 2_000, "snapshotBytes");
  });

  context.test("one ahead of the journal or behind the last is refused", async (session) => {
    await session.fill(10);
    await refused(put(session, 11, 10), "STORE_SNAPSHOT_INVALID");
    await refused(put(session, 0, 10), "STORE_SNAPSHOT_INVALID");
    await put(session, 7, 10);
    await refused(put(session, 6, 10), "STORE_SNAPSHOT_INVALID");
    equal((await session.store.latestSnapshot())?.seq, 7, "seq");
    await session.fill(1);
  });

  context.test("appends go on while a large one is written", async (session) => {
    const { store, fill, restart } = session;
    await fill(10);
    const writing = put(session, 10, 6_000_000);
    await fill(40);
    await writing;
    equal((await store.latestSnapshot())?.bytes.byteLength, 6_000_000, "bytes");
    equal((await restart()).lastSeq, 50, "lastSeq");
  });

  context.test("one that was given up does not count", async (session) => {
    const { store, fill, restart } = session;
    await fill(10);
    await put(session, 3, 1_000);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const snapshot = { seq: 10, stateHash: "00", bytes: noise(2_000_000, 3) };
    await rejectedWith(store.putSnapshot(snapshot, { signal }), reason);
    equal((await store.latestSnapshot())?.seq, 3, "seq");
    await restart();
    equal((await store.latestSnapshot())?.seq, 3, "seq after a restart");
    await put(session, 10, 1_000);
    equal((await store.latestSnapshot())?.seq, 10, "seq of the next");
  });

  context.test("an empty one is one", async (session) => {
    await session.fill(1);
    await put(session, 1, 0);
    const snapshot = await session.store.latestSnapshot();
    ok(snapshot !== undefined && snapshot.bytes.byteLength === 0, "a snapshot without bytes");
  });
}

export async function put({ store }: Pick<Session, "store">, seq: number, size: number): Promise<void> {
  await store.putSnapshot({ seq, stateHash: "01", bytes: noise(size, seq) });
}
