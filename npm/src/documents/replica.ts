import { fromHex, toHex } from "../hex.ts";
import type { RawDocument } from "../wasm/documents.ts";
import { AnswerReader, type Found } from "./codec/reader.ts";
import { OperationWriter } from "./codec/writer.ts";
import type { DocumentsModule, Instance } from "./module.ts";
import type { DocumentLimits, Heads } from "./types.ts";

const LIMITS = { documentBytes: 64 * 1024 * 1024, operations: 5_000_000, messageBytes: 64 * 1024 * 1024 };

/** One document inside the module: what is written is buffered and applied when somebody reads, or at the end of a change. */
export class Replica {
  readonly #module: DocumentsModule;
  readonly #instance: Instance;
  readonly #raw: RawDocument;
  readonly #writer = new OperationWriter();
  #memory: Uint8Array<ArrayBuffer>;
  #hasApplied = false;

  constructor(module: DocumentsModule, raw: RawDocument, instance: Instance) {
    this.#module = module;
    this.#instance = instance;
    this.#raw = raw;
    this.#memory = new Uint8Array(instance.bindings.memory.buffer as ArrayBuffer);
  }

  /** A document as it was saved; an empty one when nothing was. */
  static load(module: DocumentsModule, saved: Uint8Array, actor: Uint8Array, limits: DocumentLimits): Replica {
    const { documentBytes, operations, messageBytes } = { ...LIMITS, ...limits };
    const instance = module.instance;
    const raw = module.call(
      instance,
      "load",
      () => new instance.bindings.RawDocument(saved, actor, documentBytes, operations, messageBytes),
    );
    return new Replica(module, raw, instance);
  }

  get isBroken(): boolean {
    return this.#instance.isBroken;
  }

  /** Where operations of the open change are put. */
  get writer(): OperationWriter {
    return this.#writer;
  }

  /** What stands at a place, operations of the open change included. */
  find(object: number, prop: string | number): Found {
    this.#flush();
    const raw = this.#raw;
    const bytes = this.#call("get", () =>
      typeof prop === "string" ? raw.getKey(object, prop) : raw.get(object, encodeProp(prop)),
    );
    return new AnswerReader(bytes).found();
  }

  length(object: number): number {
    this.#flush();
    return this.#call("length", () => this.#raw.length(object));
  }

  keys(object: number): string[] {
    this.#flush();
    return this.#call("keys", () => this.#raw.keys(object));
  }

  /** The value of an object, encoded. */
  value(object: number, heads?: Heads): Uint8Array {
    this.#flush();
    return this.#call("value", () => this.#raw.value(object, heads === undefined ? undefined : joined(heads)));
  }

  conflicts(object: number, prop: string | number): Uint8Array {
    return this.#call("conflicts", () => this.#raw.conflicts(object, encodeProp(prop)));
  }

  resolve(object: number, prop: string | number, strategy: number): Uint8Array {
    return this.#call("resolve", () => this.#raw.resolve(object, encodeProp(prop), strategy));
  }

  /** Makes one change of what was written. Answers whether there was anything. At a refusal nothing of it remains. */
  commit(timeS: number, message: string | undefined): boolean {
    if (this.#writer.length === 0 && !this.#hasApplied) return false;
    this.#hasApplied = false;
    const bytes = this.#handOver();
    return this.#call("change", () => this.#raw.commit(bytes, timeS, message));
  }

  /** Forgets what was written since the last change. */
  rollback(): void {
    this.#writer.clear();
    if (this.#hasApplied && !this.isBroken) this.#call("rollback", () => this.#raw.rollback());
    this.#hasApplied = false;
  }

  heads(): Heads {
    const bytes = this.#call("heads", () => this.#raw.heads());
    const heads: string[] = [];
    for (let at = 0; at < bytes.length; at += 32) heads.push(toHex(bytes.subarray(at, at + 32)));
    return heads;
  }

  history(since: Heads): Uint8Array {
    return this.#call("history", () => this.#raw.history(joined(since)));
  }

  diff(before: Heads, after: Heads): Uint8Array {
    return this.#call("diff", () => this.#raw.diff(joined(before), joined(after)));
  }

  watch(on: boolean): void {
    this.#call("watch", () => this.#raw.watch(on));
  }

  patches(): Uint8Array {
    return this.#call("patches", () => this.#raw.patches());
  }

  save(): Uint8Array {
    return this.#call("save", () => this.#raw.save());
  }

  /** Changes since something was saved last; empty when there are none. */
  saveIncremental(): Uint8Array {
    return this.#call("saveIncremental", () => this.#raw.saveIncremental());
  }

  saveAfter(heads: Heads): Uint8Array {
    return this.#call("saveAfter", () => this.#raw.saveAfter(joined(heads)));
  }

  /** Adds changes from elsewhere. */
  load(bytes: Uint8Array): void {
    this.#call("load", () => this.#raw.load(bytes));
  }

  fork(actor: Uint8Array, heads: Heads | undefined): Replica {
    const at = heads === undefined ? undefined : joined(heads);
    const raw = this.#call("fork", () => this.#raw.fork(actor, at));
    return new Replica(this.#module, raw, this.#instance);
  }

  /** Somebody to sync with, as remembered. */
  peer(saved: Uint8Array = new Uint8Array()): Peer {
    const raw = this.#call("peer", () => new this.#instance.bindings.RawPeer(saved));
    return {
      generate: () => this.#call("generate", () => this.#raw.generate(raw)),
      receive: (bytes) => this.#call("receive", () => this.#raw.receive(raw, bytes)),
      save: () => this.#call("peer", () => raw.save()),
      free: () => {
        if (!this.isBroken) raw.free();
      },
    };
  }

  /** Operations, changes, actors, handles. */
  statistics(): Float64Array {
    return this.#call("statistics", () => this.#raw.statistics());
  }

  forgetHandles(): void {
    this.#call("forgetHandles", () => this.#raw.forgetHandles());
  }

  free(): void {
    if (!this.isBroken) this.#raw.free();
  }

  #flush(): void {
    if (this.#writer.length === 0) return;
    const bytes = this.#handOver();
    this.#call("change", () => this.#raw.apply(bytes));
    this.#hasApplied = true;
  }

  /** Puts what was written into the memory of the module. */
  #handOver(): number {
    const bytes = this.#writer.bytes();
    const at = this.#call("input", () => this.#raw.input(bytes.length));
    const { buffer } = this.#instance.bindings.memory;
    if (this.#memory.buffer !== buffer) this.#memory = new Uint8Array(buffer as ArrayBuffer);
    this.#memory.set(bytes, at);
    this.#writer.clear();
    return bytes.length;
  }

  #call<T>(what: string, call: () => T): T {
    return this.#module.call(this.#instance, what, call);
  }
}

/** What a document knows of one peer. */
export interface Peer {
  /** The next message; empty when there is nothing to say. */
  generate(): Uint8Array;
  receive(bytes: Uint8Array): void;
  /** What both have in common, for the next connection. */
  save(): Uint8Array;
  free(): void;
}

function encodeProp(prop: string | number): Uint8Array {
  const writer = new OperationWriter(64);
  writer.prop(prop);
  return writer.bytes();
}

function joined(heads: Heads): Uint8Array {
  return fromHex(heads.join(""));
}
