import { type ErrorCode, errorFacts } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";
import {
  type Effect,
  readEffect,
  readNode,
  readStepOutput,
  type Settings,
  type StepOutput,
  type View,
  writeView,
} from "./codec.generated.ts";
import { type Bindings, instantiate, type RawKernel } from "./generated/kernel.js";
import { Reader, Writer } from "./msgpack.ts";

/** Kinds of entities that have ids outside the kernel. */
export type EntityKind = "session" | "task" | "agent" | "escalation";

/** Where a kernel starts from. */
export interface KernelStart {
  readonly partition: number;
  /** Epoch its frames carry: the store granted it. */
  readonly epoch: number;
  /** State to begin with; frames behind it follow through {@link Kernel.replay}. */
  readonly snapshot?: Uint8Array;
}

/** A trap inside the kernel: the instance is lost, the journal is not. */
export class KernelTrap extends Error {}

/**
 * One kernel in a wasm instance of its own. Bytes in, bytes out; nothing here decides anything.
 * After a {@link KernelTrap} the instance must be dropped.
 */
export class Kernel {
  readonly #bindings: Bindings;
  readonly #raw: RawKernel;

  constructor(module: WebAssembly.Module, start: KernelStart) {
    this.#bindings = instantiate(module);
    const { RawKernel } = this.#bindings;
    this.#raw = this.#guard(() =>
      start.snapshot === undefined
        ? new RawKernel(start.partition, start.epoch)
        : RawKernel.restore(start.snapshot, start.epoch),
    );
  }

  /** Takes a batch of encoded requests at the given readings of the clocks, in milliseconds. */
  step(batch: Uint8Array, monoMs: number, wallMs: number): StepOutput {
    return readStepOutput(new Reader(this.#guard(() => this.#raw.step(batch, monoMs, wallMs))));
  }

  /** Folds one frame of the journal into the state; throws `STORE_CORRUPT` when it does not fit. */
  replay(frame: Uint8Array): void {
    this.#guard(() => this.#raw.replay(frame));
  }

  /** The whole durable state. */
  snapshot(): Uint8Array {
    return this.#guard(() => this.#raw.snapshot());
  }

  /** Hash over the durable state, 32 hexadecimal digits. */
  stateHash(): string {
    return this.#guard(() => this.#raw.stateHash());
  }

  /** Every open effect, in the order in which they were opened. */
  openEffects(): readonly Effect[] {
    const reader = new Reader(this.#guard(() => this.#raw.openEffects()));
    return reader.list(readEffect);
  }

  /** The configuration in force; `undefined` before the first start of a node. */
  settings(): Settings | undefined {
    const bytes = this.view({ type: "Node" });
    return bytes.length === 0 ? undefined : readNode(new Reader(bytes)).settings;
  }

  /** Encoded state of what the view names; empty when there is no such thing. */
  view(view: View): Uint8Array {
    const writer = new Writer(64);
    writeView(writer, view);
    return this.#guard(() => this.#raw.view(writer.bytes()));
  }

  /** Sequence of the last event. */
  get lastSeq(): number {
    return this.#guard(() => this.#raw.info().lastSeq);
  }

  /** The id of the entity made at `seq` and kernel time `createdMs`. */
  id(kind: EntityKind, seq: number, createdMs: number): string {
    return this.#guard(() => this.#raw.id(kind, seq, createdMs));
  }

  /** The sequence an id stands for, or `undefined` when it is not an id of this journal. */
  seqOf(kind: EntityKind, id: string): number | undefined {
    try {
      return this.#raw.seqOf(kind, id);
    } catch {
      return undefined;
    }
  }

  /** Salted hash of a payload. */
  payloadHash(tenant: string, bytes: Uint8Array): Uint8Array {
    return this.#guard(() => this.#raw.payloadHash(tenant, bytes));
  }

  /** 53 random bits, to seed a new journal. */
  drawSeed(): number {
    return this.#guard(() => this.#bindings.drawSeed());
  }

  #guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.#translate(error);
    }
  }

  #translate(error: unknown): Error {
    if (error instanceof WebAssembly.RuntimeError) {
      return new KernelTrap(this.#bindings.lastPanic() ?? error.message, { cause: error });
    }
    if (isRawError(error)) {
      const details = error.seq === undefined ? {} : { seq: error.seq };
      const where = error.seq === undefined ? "" : ` (sequence ${error.seq})`;
      return new PolyphonError(error.code, { message: `${error.message}${where}`, details });
    }
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface RawError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly seq?: number;
}

function isRawError(error: unknown): error is RawError {
  const code = (error as RawError | null)?.code;
  return typeof code === "string" && code in errorFacts;
}
