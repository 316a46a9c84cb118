import { PolyphonError } from "../errors/error.ts";
import { type DocumentBindings, instantiateDocuments } from "../wasm/documents.ts";
import { refusal } from "./errors.ts";

/** The bindings of one instance. */
export interface Instance {
  readonly bindings: DocumentBindings;
  /** Becomes true when something in it broke; nothing of it may be used any more. */
  isBroken: boolean;
}

/**
 * The wasm module of all documents of one collection. What breaks in it (a fault, or its memory being used up) costs the
 * instance: the next one who asks gets a fresh one, and whoever had something in the old one loads it again.
 */
export class DocumentsModule {
  readonly #module: WebAssembly.Module;
  #instance: Instance | undefined;
  #rebuilds = 0;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** How often it had to be built anew. */
  get rebuilds(): number {
    return this.#rebuilds;
  }

  /** Bytes of memory of the instance. */
  get memoryBytes(): number {
    return this.#instance?.bindings.memory.buffer.byteLength ?? 0;
  }

  get instance(): Instance {
    this.#instance ??= { bindings: instantiateDocuments(this.#module), isBroken: false };
    return this.#instance;
  }

  /** Calls into an instance. Refusals become errors with a code; after a fault `DOCUMENT_BROKEN`. */
  call<T>(instance: Instance, what: string, call: () => T): T {
    if (instance.isBroken) throw broken(what);
    try {
      return call();
    } catch (error) {
      if (typeof error === "string") throw refusal(error);
      // A stack that overflowed is a fault of the instance too: what it held on its own stack stays there.
      if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
      instance.isBroken = true;
      if (this.#instance === instance) {
        this.#instance = undefined;
        this.#rebuilds++;
      }
      throw broken(what, error);
    }
  }
}

function broken(what: string, cause?: unknown): PolyphonError {
  return new PolyphonError("DOCUMENT_BROKEN", {
    message: `${what}: the module of documents broke down and is built anew; documents are loaded from what was saved. Call again.`,
    details: { call: what },
    cause,
  });
}
