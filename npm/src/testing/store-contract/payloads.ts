import { collect, equal, ok, refused, sameBytes } from "./expect.ts";
import { type Context, noise } from "./subject.ts";

export function payloads(context: Context): void {
  context.test("payloads are durable with their frame", async ({ store, chain, restart }) => {
    const rows = Array.from({ length: 50 }, (_, n) => ({ key: `key ${n} ä`, owner: n % 3, bytes: noise(n * 97, n) }));
    await store.append(await chain.next(), rows);
    await restart();
    for (const row of rows) sameBytes(await store.payload(row.key), row.bytes, row.key);
    ok((await store.payload("key 50 ä")) === undefined, "no other payload");
  });

  context.test("a refused append leaves no payload", async ({ store, chain }) => {
    const frame = chain.peek();
    const rows = [{ key: "k", owner: 1, bytes: noise(100, 1) }];
    await refused(store.append(frame.slice(0, -1), rows), "STORE_FRAME_INVALID");
    await store.reopen();
    ok((await store.payload("k")) === undefined, "no payload");
  });

  context.test("the same payload twice is one, another under its key is refused", async ({ store, chain, restart }) => {
    const row = { key: "k", owner: 1, bytes: noise(100, 1) };
    await store.append(await chain.next(), [row, row]);
    await store.append(await chain.next(), [row]);
    equal((await store.health()).payloadBytes, 100, "payloadBytes");
    const other = { ...row, bytes: noise(100, 2) };
    const error = await refused(
      store.append(chain.peek(), [{ key: "new", owner: 1, bytes: noise(5, 1) }, other]),
      "STORE_PAYLOAD_CONFLICT",
    );
    equal(error.details.key, "k", "the key it names");
    equal((await restart()).lastSeq, 2, "lastSeq");
    sameBytes(await store.payload("k"), row.bytes, "the first payload");
    ok((await store.payload("new")) === undefined, "nothing of the refused append");
  });

  context.test("payloads can be dropped with a commit", async ({ store, chain, restart }) => {
    await store.append(await chain.next(), [
      { key: "a", owner: 1, bytes: noise(100, 1) },
      { key: "b", owner: 1, bytes: noise(200, 2) },
    ]);
    const drop = ["a", "not there"];
    await store.append(await chain.next(), [{ key: "c", owner: 1, bytes: noise(50, 3) }], { drop });
    ok((await store.payload("a")) === undefined, "no payload");
    sameBytes(await store.payload("b"), noise(200, 2), "the other payload");
    await refused(
      store.append(await chain.next(), [{ key: "b", owner: 1, bytes: noise(9, 4) }], { drop: ["b", "c"] }),
      "STORE_PAYLOAD_CONFLICT",
    );
    await restart();
    ok((await store.payload("a")) === undefined, "no payload after a restart");
    sameBytes(await store.payload("c"), noise(50, 3), "what a refused commit would have dropped");
    equal((await store.health()).payloadBytes, 250, "payloadBytes");
    equal((await store.verify()).ok, true, "the journal");
  });

  context.test("payloads can be erased without touching the journal", async ({ store, chain, restart }) => {
    const frame = await chain.next();
    await store.append(frame, [
      { key: "a", owner: 1, bytes: noise(100, 1) },
      { key: "b", owner: 1, bytes: noise(200, 2) },
    ]);
    await store.erasePayloads(["a", "not there"]);
    ok((await store.payload("a")) === undefined, "no payload");
    sameBytes(await store.payload("b"), noise(200, 2), "the other payload");
    equal((await store.health()).payloadBytes, 200, "payloadBytes");
    await restart();
    ok((await store.payload("a")) === undefined, "no payload after a restart");
    equal((await collect(store.read(1))).length, 1, "frames");
    equal((await store.verify()).ok, true, "the journal");
    equal((await store.health()).payloadBytes, 200, "payloadBytes after a restart");
  });
}
