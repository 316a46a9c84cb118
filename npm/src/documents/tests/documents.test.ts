import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { PolyphonError } from "../../errors/error.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { DocumentsOptions } from "../documents.ts";
import { Documents } from "../documents.ts";
import { FolderDocumentStorage } from "../storage/folder.ts";
import { MemoryDocumentStorage } from "../storage/memory.ts";
import type { DocumentStorage } from "../storage/storage.ts";
import { type Counter, counter, type Text, text } from "../values.ts";

const module = new WebAssembly.Module(readFileSync(new URL("../../wasm/generated/documents.wasm", import.meta.url)));
const open: Documents[] = [];

function collection(options: DocumentsOptions = {}): Documents {
  const documents = new Documents(module, options);
  open.push(documents);
  return documents;
}

afterEach(async () => {
  for (const documents of open.splice(0)) await documents.close();
});

const codeOf = (call: () => unknown): string | undefined => {
  try {
    call();
  } catch (error) {
    return (error as PolyphonError).code;
  }
  return undefined;
};

interface Plan {
  title: Text;
  votes: Counter;
  steps: { name: string; done: boolean }[];
  owners: Record<string, string>;
}

const plan = (): Plan => ({
  title: text("Launch"),
  votes: counter(1),
  steps: [{ name: "build", done: false }],
  owners: { build: "ada" },
});

describe("a change", () => {
  test("writes what a plain object would hold, and reads what it wrote", async () => {
    const document = await collection().create("plan", plan());
    const changed = document.change(
      (draft) => {
        draft.steps.push({ name: "test", done: false }, { name: "ship", done: false });
        (draft.steps[1] as Plan["steps"][0]).done = true;
        draft.steps.splice(0, 1);
        draft.title.append("!");
        draft.title.insert(0, "🚀 ");
        draft.votes.increment(2);
        draft.owners.test = "bob";
        delete draft.owners.build;
        expect(draft.steps.map((step) => step.name)).toEqual(["test", "ship"]);
        expect(Object.keys(draft.owners)).toEqual(["test"]);
        expect(String(draft.title)).toBe("🚀 Launch!");
        expect(draft.votes.value).toBe(3);
        expect("test" in draft.owners).toBe(true);
      },
      { message: "first" },
    );
    expect(changed).toBe(true);
    expect(document.value()).toEqual({
      title: "🚀 Launch!",
      votes: 3,
      steps: [
        { name: "test", done: true },
        { name: "ship", done: false },
      ],
      owners: { test: "bob" },
    });
    expect(document.get(["steps", 0, "name"])).toBe("test");
    expect(document.get(["steps", 7, "name"])).toBeUndefined();
    expect(document.history().at(-1)).toMatchObject({ message: "first", seq: 2 });
    expect(document.change(() => undefined)).toBe(false);
  });

  test("keeps every value it is given", async () => {
    const values = {
      a: null,
      b: true,
      c: -1,
      d: 2 ** 53 - 1,
      d2: -(2 ** 53) + 1,
      e: 0.5,
      f: -(2n ** 63n),
      g: 2n ** 64n - 1n,
      h: "ünï 👋".repeat(20),
      i: new Uint8Array([0, 255]),
      j: new Date(1_750_000_000_123),
      k: [[], {}, [1, [2, [3]]]],
      l: { nested: { deep: "yes" } },
    };
    const documents = collection();
    const document = await documents.create("all", values);
    expect(document.value()).toEqual(values);
    const copy = await documents.import("copy", document.save());
    expect(copy.value()).toEqual(values);
    expect(copy.heads).toEqual(document.heads);
  });

  test("is nothing at all when it throws or is refused", async () => {
    const document = await collection().create("plan", plan());
    const before = document.heads;
    const failing = (): boolean =>
      document.change((draft) => {
        draft.owners.x = "y";
        expect(draft.owners.x).toBe("y");
        throw new RangeError("no");
      });
    expect(failing).toThrow(RangeError);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const refused: ((draft: Plan & Record<string, unknown>) => unknown)[] = [
      (draft) => {
        draft.x = undefined;
      },
      (draft) => {
        draft.x = () => 1;
      },
      (draft) => {
        draft.x = new Map();
      },
      (draft) => {
        draft.x = cycle;
      },
      (draft) => {
        draft.x = 2n ** 64n;
      },
      (draft) => {
        draft.x = draft.owners;
      },
      (draft) => {
        draft.x = [draft.title];
      },
      (draft) => draft.title.splice(100, 0, "beyond"),
      (draft) => {
        draft.steps.length = 9;
      },
      (draft) => document.change(() => void draft),
      async (draft) => {
        draft.x = 1;
      },
    ];
    for (const change of refused) {
      const run = (): unknown => document.change((draft) => change(draft as never) as never);
      expect(codeOf(run), String(change)).toBe("DOCUMENT_OPERATION_INVALID");
    }
    expect(document.heads).toEqual(before);
    expect(document.value()).toMatchObject({ owners: { build: "ada" } });
    let leaked: Plan | undefined;
    document.change((draft) => {
      leaked = draft;
    });
    expect(
      codeOf(() => {
        (leaked as Plan).owners.y = "z";
      }),
    ).toBe("DOCUMENT_OPERATION_INVALID");
  });

  test("by path is one change", async () => {
    const document = await collection().create("plan", plan());
    document.set(["owners", "ship"], "eve");
    document.delete(["steps", 0]);
    document.delete(["owners", "build"]);
    expect(document.value()).toMatchObject({ owners: { ship: "eve" }, steps: [] });
    expect(codeOf(() => document.set(["nowhere", "x"], 1))).toBe("DOCUMENT_OPERATION_INVALID");
    expect(document.history()).toHaveLength(4);
  });
});

describe("replicas", () => {
  test("that were changed apart hold the same after they merged, in whatever order", async () => {
    const documents = collection();
    const one = await documents.create("one", plan());
    const two = await documents.fork(one, "two");
    one.change((draft) => {
      draft.votes.increment(5);
      draft.title.append(" soon");
      draft.steps.push({ name: "one", done: false });
    });
    two.change((draft) => {
      draft.votes.increment(-2);
      draft.title.insert(0, "Re: ");
      draft.steps.push({ name: "two", done: true });
    });
    const [ofOne, ofTwo] = [one.save(), two.save()];
    one.merge(ofTwo);
    two.merge(ofOne);
    two.merge(ofOne);
    expect(one.heads).toEqual(two.heads);
    expect(one.value()).toEqual(two.value());
    expect(one.value()).toMatchObject({ votes: 4, title: "Re: Launch soon" });
    expect(one.value().steps).toHaveLength(3);
  });

  test("read a conflict as its strategy says, and keep all of it", async () => {
    const documents = collection();
    const one = await documents.create<Record<string, unknown>>("one", { a: { n: 0 } });
    const two = await documents.fork(one, "two");
    const write = (document: typeof one, n: number, tag: string): void => {
      document.change((draft) => {
        Object.assign(draft, { high: n, tags: [tag, "both"], sum: n, mine: n, plain: n });
        (draft.a as Record<string, unknown>).n = n;
      });
    };
    write(one, 7, "one");
    write(two, 4, "two");
    one.merge(two.save());
    const read = await documents.import("read", one.save(), {
      strategies: {
        high: "highest",
        tags: "union",
        sum: "counter",
        mine: (set) => set.map(({ value }) => value).sort(),
        "a.*": "highest",
      },
    });
    expect(read.value()).toMatchObject({ high: 7, sum: 11, mine: [4, 7], a: { n: 7 } });
    expect((read.value().tags as string[]).toSorted()).toEqual(["both", "one", "two"]);
    expect(read.get(["sum"])).toBe(11);
    expect(
      read
        .conflicts(["plain"])
        .map(({ value }) => value)
        .sort(),
    ).toEqual([4, 7]);
    expect(new Set(read.conflicts(["plain"]).map(({ actor }) => actor)).size).toBe(2);
    expect(read.heads).toEqual(one.heads);
    const wrong = documents.open("two", { strategies: { a: "nope" as never } });
    await expect(wrong).resolves.toBeDefined();
  });

  test("tell what each change did", async () => {
    const documents = collection();
    const one = await documents.create("one", plan());
    const two = await documents.fork(one, "two");
    const told: unknown[] = [];
    const values: unknown[] = [];
    const events: string[] = [];
    const subscription = one.patches$.subscribe(({ origin, patches }) => told.push(origin, ...patches));
    one.value$.subscribe((value) => values.push(value.votes));
    documents.changes$.subscribe(({ id }) => events.push(id));
    one.change((draft) => draft.votes.increment(2));
    two.change((draft) => {
      draft.owners.test = "bob";
    });
    one.merge(two.save());
    expect(told).toEqual([
      "local",
      { action: "increment", path: ["votes"], by: 2 },
      "remote",
      { action: "set", path: ["owners", "test"], value: "bob" },
    ]);
    expect(values).toEqual([1, 3, 3]);
    expect(events).toEqual(["one", "two", "one"]);
    subscription.unsubscribe();
    one.change((draft) => draft.votes.increment());
    expect(told).toHaveLength(4);
  });

  test("travel in time and say what lies between two states", async () => {
    const documents = collection();
    const document = await documents.create("plan", plan());
    const before = document.heads;
    document.change((draft) => {
      draft.owners.build = "bob";
    });
    const after = document.heads;
    expect(document.at(before)).toMatchObject({ owners: { build: "ada" } });
    expect(document.diff(before, after)).toEqual([{ action: "set", path: ["owners", "build"], value: "bob" }]);
    expect(document.diff(after, before)).toEqual([{ action: "set", path: ["owners", "build"], value: "ada" }]);
    expect(document.history(before)).toHaveLength(1);
    const old = await documents.fork(document, "old", before);
    expect(old.value()).toMatchObject({ owners: { build: "ada" } });
    old.merge(document.saveAfter(before));
    expect(old.heads).toEqual(after);
    expect(codeOf(() => document.at(["00".repeat(32)]))).toBe("DOCUMENT_HEADS_UNKNOWN");
  });

  test("ask their schema about what came from elsewhere, and keep what breaks it", async () => {
    const documents = collection();
    const schema = z.object({ n: z.number() });
    const one = await documents.create("one", { n: 1 }, { schema });
    const two = await documents.fork<Record<string, unknown>>(one as never, "two");
    two.change((draft) => {
      draft.n = "no number";
    });
    const verdict = new Promise((resolve) => one.verdict$.subscribe(resolve));
    one.merge(two.save());
    expect(await verdict).toMatchObject({ ok: false, issues: [{ path: ["n"] }], heads: one.heads });
    expect(one.value()).toEqual({ n: "no number" });
    one.change((draft) => {
      draft.n = 2;
    });
    expect(await one.check()).toMatchObject({ ok: true });
    expect(one.verdict).toMatchObject({ ok: true });
  });
});

describe("bytes of others", () => {
  test("that are damaged change nothing", async () => {
    const documents = collection();
    const document = await documents.create("plan", plan());
    const before = document.value();
    const bytes = document.save();
    for (const wrong of [new Uint8Array([1, 2, 3]), bytes.subarray(0, -1), bytes.with(bytes.length - 3, 0x55)]) {
      expect(codeOf(() => document.merge(wrong))).toBe("DOCUMENT_MALFORMED");
    }
    await expect(documents.import("bad", new Uint8Array([9]))).rejects.toMatchObject({ code: "DOCUMENT_MALFORMED" });
    expect(await documents.has("bad")).toBe(false);
    expect(document.value()).toEqual(before);
  });

  test("beyond a limit are refused", async () => {
    const documents = collection({ limits: { operations: 20, messageBytes: 400 } });
    const document = await documents.create<Record<string, unknown>>("small", {});
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, n]));
    expect(codeOf(() => document.change((draft) => void Object.assign(draft, many)))).toBe("DOCUMENT_FULL");
    expect(document.value()).toEqual({});
    expect(codeOf(() => document.merge(new Uint8Array(401)))).toBe("DOCUMENT_FULL");
  });
});

describe("a fault in the module", () => {
  test("costs what was not saved, and the documents are there again", async () => {
    const documents = collection({ limits: { operations: 1_000_000_000 } });
    const one = await documents.create("one", plan());
    const two = await documents.create("two", plan());
    one.change((draft) => draft.votes.increment());
    await one.flush();
    // One operation a character: more than the module has memory for.
    const huge = (): boolean =>
      one.change((draft) => {
        draft.title = text("x".repeat(5_000_000));
      });
    expect(codeOf(huge)).toBe("DOCUMENT_BROKEN");
    expect(codeOf(() => two.change((draft) => draft.votes.increment()))).toBe("DOCUMENT_BROKEN");
    await Promise.all([one.ready(), two.ready()]);
    expect(one.value()).toMatchObject({ votes: 2 });
    two.change((draft) => draft.votes.increment(9));
    expect(two.value()).toMatchObject({ votes: 10 });
    expect(documents.health.rebuilds).toBe(1);
  });
});

describe("a collection", () => {
  test("loads what is asked for and lets go of what nobody has open", async () => {
    const clock = new FakeClock();
    const storage = new MemoryDocumentStorage();
    const documents = collection({ storage, clock, idleMs: 1_000, maxLoaded: 2 });
    const document = await documents.create("a", plan());
    expect(await documents.open("a")).toBe(document);
    await document.close();
    clock.advance(2_000);
    expect(documents.health).toMatchObject({ loaded: 1, open: 1 });
    await document.close();
    clock.advance(999);
    expect(documents.health).toMatchObject({ loaded: 1, open: 0 });
    clock.advance(1);
    expect(documents.health).toMatchObject({ loaded: 0 });
    await Promise.resolve();
    const again = await documents.open<Plan>("a");
    expect(again).not.toBe(document);
    expect(again.value()).toMatchObject({ votes: 1 });
    await documents.create("b", {});
    await expect(documents.create("c", {})).rejects.toMatchObject({ code: "DOCUMENT_FULL" });
    await again.close();
    await documents.create("c", {});
    expect(documents.health).toMatchObject({ loaded: 2, open: 2 });
    expect((await documents.list()).map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
  });

  test("refuses what is not there, there already, or closed", async () => {
    const documents = collection();
    await expect(documents.open("none")).rejects.toMatchObject({ code: "DOCUMENT_UNKNOWN" });
    const document = await documents.create("a", { n: 1 });
    await expect(documents.create("a")).rejects.toMatchObject({ code: "DOCUMENT_EXISTS" });
    const twice = await Promise.allSettled([documents.create("b", {}), documents.import("b", document.save())]);
    expect(twice).toMatchObject([{ status: "fulfilled" }, { reason: { code: "DOCUMENT_EXISTS" } }]);
    await expect(documents.open("")).rejects.toMatchObject({ code: "DOCUMENT_OPERATION_INVALID" });
    await documents.remove("a");
    expect(codeOf(() => document.value())).toBe("DOCUMENT_CLOSED");
    await expect(documents.open("a")).rejects.toMatchObject({ code: "DOCUMENT_UNKNOWN" });
    await documents.close();
    await expect(documents.open("a")).rejects.toMatchObject({ code: "DOCUMENT_CLOSED" });
  });
});

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const storages: Record<string, () => Promise<() => Promise<DocumentStorage>>> = {
  memory: async () => {
    const storage = new MemoryDocumentStorage();
    return async () => storage;
  },
  folder: async () => {
    const folder = await mkdtemp(join(tmpdir(), "polyphon-documents-"));
    folders.push(folder);
    return () => FolderDocumentStorage.open(folder);
  },
};

describe.each(Object.entries(storages))("kept in %s", (_name, make) => {
  test("a document is what it was after everything was closed", async () => {
    const reopen = await make();
    const first = collection({ storage: await reopen() });
    const document = await first.create("Plan/a.b", plan());
    await first.create("plan/A.b", { other: true });
    for (let n = 0; n < 20; n++)
      document.change((draft) => {
        draft.owners[`k${n}`] = `${n}`;
      });
    const { heads } = document;
    await first.close();
    const second = collection({ storage: await reopen() });
    const again = await second.open("Plan/a.b");
    expect(again.heads).toEqual(heads);
    expect((await second.open("plan/A.b")).value()).toEqual({ other: true });
    expect(await second.list()).toHaveLength(2);
    await second.remove("Plan/a.b");
    expect(await second.has("Plan/a.b")).toBe(false);
  });

  test("what was appended gives way to a snapshot once it is larger", async () => {
    const reopen = await make();
    const documents = collection({ storage: await reopen() });
    const document = await documents.create<Record<string, unknown>>("a", {});
    let largest = 0;
    for (let n = 0; n < 60; n++) {
      document.change((draft) => {
        draft.x = `${n} ${"abcdefgh".repeat(500)}`;
      });
      await document.flush();
      largest = Math.max(largest, document.size.storedBytes);
    }
    expect(largest).toBeGreaterThan(10_000);
    expect(document.size.storedBytes).toBeLessThan(70_000 + 64 * 1024);
    const [entry] = await documents.list();
    expect(Math.abs((entry?.bytes ?? 0) - document.size.storedBytes)).toBeLessThan(2_000);
    const { heads } = document;
    await documents.close();
    expect((await collection({ storage: await reopen() }).open("a")).heads).toEqual(heads);
  });
});

test("what a crash tore off the end of a log is cut, and what follows is kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "polyphon-documents-"));
  folders.push(folder);
  const first = collection({ storage: await FolderDocumentStorage.open(folder) });
  const document = await first.create<Record<string, unknown>>("a", { n: 1 });
  document.change((draft) => {
    draft.n = 2;
  });
  await first.close();
  const log = join(folder, (await readdir(folder)).find((file) => file.endsWith(".log")) as string);
  await writeFile(log, (await readFile(log)).subarray(0, -5));
  const second = collection({ storage: await FolderDocumentStorage.open(folder) });
  const again = await second.open<Record<string, unknown>>("a");
  expect(again.value()).toEqual({ n: 1 });
  again.change((draft) => {
    draft.n = 3;
  });
  await second.close();
  const third = collection({ storage: await FolderDocumentStorage.open(folder) });
  expect((await third.open("a")).value()).toEqual({ n: 3 });
});

test("what could not be stored is told, kept, and stored when that works again", async () => {
  const storage = new MemoryDocumentStorage();
  const documents = collection({ storage });
  const document = await documents.create<Record<string, unknown>>("a", {});
  const { append } = storage;
  storage.append = async () => {
    throw new Error("the disk is full");
  };
  document.change((draft) => {
    draft.n = 1;
  });
  await expect(document.flush()).rejects.toThrow("the disk is full");
  document.change((draft) => {
    draft.m = 2;
  });
  await expect(document.flush()).rejects.toThrow("the disk is full");
  storage.append = append;
  await document.flush();
  await documents.close();
  const again = await collection({ storage }).open("a");
  expect(again.value()).toEqual({ n: 1, m: 2 });
});
