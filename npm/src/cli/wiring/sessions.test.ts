import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Polyphon } from "../../node.ts";
import { openReader } from "../../stores/sqlite/sqlite-reader.ts";
import type { StoreReader } from "../../stores/store.ts";
import { loadKernel } from "../../wasm/node.ts";
import { type Folded, foldJournal } from "./fold.ts";
import { listSessions } from "./sessions.ts";

const folder = mkdtempSync(join(tmpdir(), "sessions-"));
const db = join(folder, "team.db");
/** The first is under way to the end; some of the others leave memory. */
const ids: string[] = [];
let store: StoreReader;
let fold: Folded;
/** Where each reading of the journal began. */
const readFrom: number[] = [];

beforeAll(async () => {
  const team = await Polyphon.open(db);
  team.agent("worker", (task) => (task.key === "long" ? new Promise(() => undefined) : "done"));
  const long = team.orchestrate({ name: "long", tasks: [{ key: "long" }] });
  ids.push(await long.ready);
  for (let round = 0; round < 25; round++) {
    const some = Array.from({ length: 10 }, () => team.orchestrate({ tasks: [{ key: "quick" }] }));
    for (const session of some) ids.push((await session.result).id);
  }
  const reader = await openReader(db, { thread: "caller" });
  const read = (from: number): AsyncIterable<Uint8Array> => {
    readFrom.push(from);
    return reader.read(from);
  };
  store = new Proxy(reader, {
    get: (target, name) => {
      if (name === "read") return read;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  fold = await foldJournal(store, loadKernel());
  readFrom.length = 0;
  await team.close();
}, 60_000);
afterAll(async () => {
  await (store as StoreReader & { close(): Promise<void> }).close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the list of sessions", () => {
  it("has every one that is kept, newest first, the one under way at its place", async () => {
    const all = await listSessions(fold, store);
    expect(all.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(all.at(-1)).toMatchObject({ name: "long", status: "running", tasks: 1, completed: 0 });
    expect(readFrom.splice(0)).toEqual([1]);
  });

  it.each([1, 5, 50, 100])("of the newest %i costs no more than the events since they were opened", async (limit) => {
    const newest = await listSessions(fold, store, limit);
    expect(newest.map(({ id }) => id)).toEqual(ids.slice(-limit).reverse());
    expect(newest.every(({ status, completed }) => status === "completed" && completed === 1)).toBe(true);
    const [from = 0] = readFrom.splice(0);
    // Each session has the same number of events.
    expect(from).toBeGreaterThan(fold.mirror.seq * (1 - (limit + 12) / ids.length));
  });

  it.each([150, 251, 1_000])("of %i reaches those that left memory, too", async (limit) => {
    const newest = await listSessions(fold, store, limit);
    expect(newest.map(({ id }) => id)).toEqual(ids.slice(-limit).reverse());
    readFrom.length = 0;
  });
});
