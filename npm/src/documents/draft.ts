import { AnswerReader } from "./codec/reader.ts";
import { invalid } from "./errors.ts";
import type { Replica } from "./replica.ts";
import { Counter, DRAFT, Text } from "./values.ts";

type Key = string | number;

/** Objects that are remembered between changes. */
const REMEMBERED = 50_000;

/**
 * The objects of one document as a change sees them: plain objects and lists that write what is set, and read what is there,
 * what this change did to it included. They are remembered from change to change, until something comes from elsewhere.
 */
export class Drafts {
  readonly #replica: Replica;
  #root: Node;
  #count = 0;
  #isOpen = false;

  constructor(replica: Replica) {
    this.#replica = replica;
    this.#root = new Node(this, 0);
    this.#root.draft = mapDraft(this, this.#root);
  }

  get replica(): Replica {
    return this.#replica;
  }

  /** Has the callback change the document; it alone may write. */
  run<R>(change: (root: object) => R): R {
    if (this.#isOpen) throw invalid("a change within a change of the same document");
    if (this.#count > REMEMBERED) this.forget();
    this.#isOpen = true;
    try {
      return change(this.#root.draft as object);
    } finally {
      this.#isOpen = false;
    }
  }

  /** Whatever is known of objects may be wrong now. */
  forget(): void {
    if (this.#count > REMEMBERED) {
      this.#replica.forgetHandles();
      this.#count = 0;
    }
    this.#root = new Node(this, 0);
    this.#root.draft = mapDraft(this, this.#root);
  }

  /** The node of an object, from the root down; `undefined` when there is none, or a scalar. */
  node(path: readonly Key[]): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const key of path) node = node?.child(key);
    return node;
  }

  check(): void {
    if (!this.#isOpen) throw invalid("what a change handed out is used after its end");
  }

  made(): void {
    this.#count++;
  }
}

/** One object. */
export class Node {
  readonly drafts: Drafts;
  readonly handle: number;
  draft: unknown;
  #children: Map<Key, Node> | undefined;

  constructor(drafts: Drafts, handle: number) {
    this.drafts = drafts;
    this.handle = handle;
  }

  /** What stands at a key, as a draft or a scalar. */
  read(key: Key): unknown {
    const known = this.#children?.get(key);
    if (known !== undefined) return known.draft;
    const found = this.drafts.replica.find(this.handle, key);
    if (found.kind === "nothing") return undefined;
    if (found.kind === "scalar") return found.isCounter ? counterDraft(this, key) : found.value;
    return this.#keep(key, found.kind, found.handle).draft;
  }

  child(key: Key): Node | undefined {
    const known = this.#children?.get(key);
    if (known !== undefined) return known;
    const found = this.drafts.replica.find(this.handle, key);
    return found.kind === "nothing" || found.kind === "scalar" ? undefined : this.#keep(key, found.kind, found.handle);
  }

  set(key: Key, value: unknown): void {
    this.drafts.check();
    this.drafts.replica.writer.set(this.handle, key, value);
    this.#children?.delete(key);
  }

  delete(key: Key): void {
    this.drafts.check();
    this.drafts.replica.writer.delete(this.handle, key);
    this.#children?.delete(key);
  }

  splice(index: number, remove: number, values: readonly unknown[]): void {
    this.drafts.check();
    this.drafts.replica.writer.splice(this.handle, index, remove, values);
    this.#children?.clear();
  }

  /** Everything in it, as plain values. */
  plain(): unknown {
    return new AnswerReader(this.drafts.replica.value(this.handle)).value();
  }

  #keep(key: Key, kind: "map" | "list" | "text", handle: number): Node {
    const node = new Node(this.drafts, handle);
    node.draft =
      kind === "map" ? mapDraft(this.drafts, node) : kind === "list" ? listDraft(node) : textDraft(this.drafts, node);
    this.#children ??= new Map();
    this.#children.set(key, node);
    this.drafts.made();
    return node;
  }
}

function mapDraft(drafts: Drafts, node: Node): object {
  const { replica } = drafts;
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => (typeof key === "string" ? node.read(key) : key === DRAFT ? node : undefined),
    set: (_, key, value) => {
      node.set(asKey(key), value);
      return true;
    },
    deleteProperty: (_, key) => {
      if (typeof key === "string" && replica.find(node.handle, key).kind !== "nothing") node.delete(key);
      return true;
    },
    has: (_, key) => typeof key === "string" && replica.find(node.handle, key).kind !== "nothing",
    ownKeys: () => replica.keys(node.handle),
    getOwnPropertyDescriptor: (_, key) => {
      const value = typeof key === "string" ? node.read(key) : undefined;
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
    defineProperty: () => false,
    setPrototypeOf: () => false,
  });
}

function listDraft(node: Node): unknown[] {
  const { replica } = node.drafts;
  const length = (): number => replica.length(node.handle);
  const splice = (start: number, remove = length(), ...values: unknown[]): unknown[] => {
    const size = length();
    const from = start < 0 ? Math.max(size + start, 0) : Math.min(start, size);
    const count = Math.min(Math.max(remove, 0), size - from);
    const gone = count === 0 ? [] : (node.plain() as unknown[]).slice(from, from + count);
    node.splice(from, count, values);
    return gone;
  };
  const methods: Record<string, unknown> = {
    splice,
    push: (...values: unknown[]) => {
      node.splice(length(), 0, values);
      return length();
    },
    unshift: (...values: unknown[]) => {
      node.splice(0, 0, values);
      return length();
    },
    pop: () => splice(-1, 1)[0],
    shift: () => splice(0, 1)[0],
  };
  const target: unknown[] = [];
  return new Proxy(target, {
    get: (_, key) => {
      if (key === DRAFT) return node;
      if (key === "length") return length();
      const index = indexOf(key);
      if (index !== undefined) return node.read(index);
      return typeof key === "string" && Object.hasOwn(methods, key)
        ? methods[key]
        : (Array.prototype as unknown as Record<PropertyKey, unknown>)[key];
    },
    set: (_, key, value) => {
      const index = indexOf(key);
      if (key === "length") {
        const size = length();
        if (typeof value !== "number" || value > size) throw invalid("a list cannot be made longer by its length");
        if (value < size) node.splice(value, size - value, []);
      } else if (index === undefined) throw invalid(`a list has no place ${String(key)}`);
      else if (index === length()) node.splice(index, 0, [value]);
      else node.set(index, value);
      return true;
    },
    deleteProperty: () => {
      throw invalid("elements of a list are removed with splice");
    },
    has: (_, key) => {
      const index = indexOf(key);
      return index === undefined ? key in target : index < length();
    },
    ownKeys: () => [...Array.from({ length: length() }, (_, index) => String(index)), "length"],
    getOwnPropertyDescriptor: (_, key) => {
      if (key === "length") return { value: length(), writable: true, enumerable: false, configurable: false };
      const index = indexOf(key);
      const value = index === undefined ? undefined : node.read(index);
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
    defineProperty: () => false,
  });
}

function textDraft(drafts: Drafts, node: Node): Text {
  const { replica } = drafts;
  return new Text(
    {
      length: () => replica.length(node.handle),
      read: () => node.plain() as string,
      splice: (index, remove, insert) => {
        drafts.check();
        replica.writer.spliceText(node.handle, index, remove, insert);
      },
    },
    true,
  );
}

function counterDraft(parent: Node, key: Key): Counter {
  const { replica } = parent.drafts;
  return new Counter(
    {
      read: () => {
        const found = replica.find(parent.handle, key);
        return found.kind === "scalar" ? (found.value as number) : Number.NaN;
      },
      increment: (by) => {
        parent.drafts.check();
        replica.writer.increment(parent.handle, key, by);
      },
    },
    true,
  );
}

function asKey(key: string | symbol): string {
  if (typeof key === "string") return key;
  throw invalid("keys of a document are strings");
}

function indexOf(key: string | symbol): number | undefined {
  if (typeof key !== "string" || !/^(0|[1-9]\d{0,15})$/.test(key)) return undefined;
  return Number(key);
}
