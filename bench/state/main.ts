// Shared state. Documents that merge, side by side: the same work through the interface each library gives its users, in one
// run. Then what sessions share, and caches.
// usage: npm run bench -- state [--json] [--sets N] [--keys N] [--only NAME,…]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { Rows } from "../lib/rows.ts";
import { automerge } from "./automerge.ts";
import { cacheRows } from "./cache.ts";
import { loro } from "./loro.ts";
import { polyphon } from "./polyphon.ts";
import { sessionRows } from "./sessions.ts";
import { type Entry, entry, type Replica, type Subject } from "./subject.ts";
import { yjs } from "./yjs.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    sets: { type: "string" },
    keys: { type: "string" },
    only: { type: "string" },
  },
});
const sets = Number(values.sets ?? 10_000);
const keys = Number(values.keys ?? 100_000);
/** Kept beside the repository: the keystrokes of a paper, as one of its authors recorded them. */
const trace = join(import.meta.dirname, "../../../shared/data/editing-traces/automerge-paper.json.gz");
const edits = 20_000;

const makers = { polyphon, "@automerge/automerge": automerge, yjs, "loro-crdt": loro };
const rows = new Rows(values.json === true);
const parts = { sessions: sessionRows, cache: cacheRows };
const only = values.only?.split(",") ?? Object.keys({ ...makers, ...parts });

for (const [name, make] of Object.entries(makers)) {
  if (only.includes(name)) await run(await make());
}
for (const [name, add] of Object.entries(parts)) {
  if (only.includes(name)) await add(rows);
}
goals();
rows.finish();

async function run(subject: Subject): Promise<void> {
  const { name } = subject;
  const replica = await subject.make();
  // The first changes of a process are slower in every library.
  const warm = await subject.make();
  for (let n = 0; n < 300; n++) warm.set(`w${n}`, entry(n));

  const single = time(() => {
    for (let n = 0; n < 2_000; n++) replica.set(`k${n}`, entry(n));
  });
  rows.add(name, "single_change_sets_per_second", (2_000 / single) * 1_000, "1/s");

  const scalars = await subject.make();
  const scalar = time(() => {
    for (let n = 0; n < 2_000; n++) scalars.setScalar(`k${n}`, n);
  });
  rows.add(name, "single_change_scalars_per_second", (2_000 / scalar) * 1_000, "1/s");

  const entries = entriesUpTo(sets);
  const batched = await subject.make();
  rows.add(
    name,
    "batch_sets_ms",
    time(() => batched.setAll(entries)),
    "ms",
  );
  expectSize(batched, sets);

  const large = await subject.make();
  large.setAll(entriesUpTo(keys));
  const late = time(() => {
    for (let n = 0; n < 500; n++) large.set(`late${n}`, entry(n));
  });
  rows.add(name, "single_change_sets_per_second_large", (500 / late) * 1_000, "1/s");

  let saved = new Uint8Array();
  rows.add(
    name,
    "save_ms",
    time(() => (saved = batched.save() as Uint8Array<ArrayBuffer>)),
    "ms",
  );
  rows.add(name, "saved_bytes", saved.length, "B");
  const loads: number[] = [];
  for (let n = 0; n < 5; n++) {
    const from = performance.now();
    const loaded = await subject.load(saved);
    loads.push(performance.now() - from);
    expectSize(loaded, sets);
  }
  // The first one is slower everywhere: engines compile what is used.
  rows.add(name, "load_first_ms", loads[0] ?? 0, "ms");
  rows.add(name, "load_ms", loads.toSorted((one, other) => one - other)[2] ?? 0, "ms");

  await diverged(subject);
  await traced(subject);
}

/** Two replicas with a common past, each with 500 changes the other lacks. */
async function diverged(subject: Subject): Promise<void> {
  const one = await subject.make();
  one.setAll(entriesUpTo(100));
  const other = await subject.load(one.save());
  for (let n = 0; n < 500; n++) {
    one.set(`one${n}`, entry(n));
    other.set(`other${n}`, entry(n));
  }
  rows.add(
    subject.name,
    "sync_1000_ms",
    time(() => one.sync(other)),
    "ms",
  );
  expectSize(one, 1_100);
  expectSize(other, 1_100);
}

/** The first keystrokes of the recorded paper, in changes of a hundred. */
async function traced(subject: Subject): Promise<void> {
  if (!existsSync(trace)) {
    rows.say(`${subject.name}: no trace at ${trace}`);
    return;
  }
  const { txns } = JSON.parse(gunzipSync(readFileSync(trace)).toString()) as {
    txns: { patches: [number, number, string][] }[];
  };
  const patches = txns.slice(0, edits).flatMap(({ patches }) => patches);
  const replica = await subject.make();
  const ms = time(() => {
    for (let at = 0; at < patches.length; at += 100) replica.edit(patches.slice(at, at + 100));
  });
  const expected = patches.reduce((length, [, remove, insert]) => length - remove + insert.length, 0);
  if (replica.textLength() !== expected) throw new Error(`${subject.name}: the text came out wrong`);
  rows.add(subject.name, "trace_edits_per_second", (patches.length / ms) * 1_000, "1/s");
}

function goals(): void {
  const ratio = (metric: string, goal: number, isRate: boolean): void => {
    const [ours, theirs] = [rows.get("polyphon", metric), rows.get("@automerge/automerge", metric)];
    if (ours === undefined || theirs === undefined) return;
    rows.add("polyphon", `times_automerge_${metric}`, isRate ? ours / theirs : theirs / ours, `x (goal ${goal})`);
  };
  ratio("single_change_sets_per_second", 10, true);
  ratio("batch_sets_ms", 5, false);
  ratio("load_ms", 3, false);
  ratio("sync_1000_ms", 2, false);
}

function entriesUpTo(count: number): ReadonlyMap<string, Entry> {
  return new Map(Array.from({ length: count }, (_, n) => [`k${n}`, entry(n)]));
}

function expectSize(replica: Replica, size: number): void {
  if (replica.size() !== size) throw new Error(`there are ${replica.size()} entries of ${size}`);
}

function time(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
