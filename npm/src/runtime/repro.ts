import { Kernel, KernelTrap } from "../wasm/kernel.ts";

/** A step that broke the kernel. */
export interface Panic {
  /** Kind of the command, `null` when it was time alone. */
  readonly command: string | null;
  readonly message: string;
  /** The step's requests, encoded. */
  readonly batch: Uint8Array;
  readonly monoMs: number;
  readonly wallMs: number;
  /** A kernel with the state before the step. */
  readonly kernel: Kernel;
}

/** What a repro file says of itself, as one line of JSON; the batch and the snapshot follow as they are. */
export interface ReproHead {
  readonly polyphon: "repro";
  readonly version: 1;
  readonly command: string | null;
  readonly message: string;
  /** Last event before the step. */
  readonly seq: number;
  readonly stateHash: string;
  readonly monoMs: number;
  readonly wallMs: number;
  readonly batchBytes: number;
  readonly snapshotBytes: number;
}

export interface Repro extends ReproHead {
  readonly batch: Uint8Array;
  readonly snapshot: Uint8Array;
}

const NEWLINE = 10;

/** Everything that is needed to take the step again, elsewhere. */
export function writeRepro({ command, message, batch, monoMs, wallMs, kernel }: Panic): Uint8Array {
  const snapshot = kernel.snapshot();
  const head: ReproHead = {
    polyphon: "repro",
    version: 1,
    command,
    message,
    seq: kernel.lastSeq,
    stateHash: kernel.stateHash(),
    monoMs,
    wallMs,
    batchBytes: batch.length,
    snapshotBytes: snapshot.length,
  };
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const bytes = new Uint8Array(line.length + batch.length + snapshot.length);
  bytes.set(line);
  bytes.set(batch, line.length);
  bytes.set(snapshot, line.length + batch.length);
  return bytes;
}

/** Reads a repro file; `undefined` when it is none, or is cut short. */
export function readRepro(bytes: Uint8Array): Repro | undefined {
  const end = bytes.indexOf(NEWLINE);
  if (end === -1) return undefined;
  let head: ReproHead;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as ReproHead;
  } catch {
    return undefined;
  }
  if (head?.polyphon !== "repro" || head.version !== 1) return undefined;
  const from = end + 1 + head.batchBytes;
  if (bytes.length !== from + head.snapshotBytes) return undefined;
  return { ...head, batch: bytes.slice(end + 1, from), snapshot: bytes.slice(from) };
}

/** What came of taking the step again. */
export interface Repeated {
  /** What the kernel broke with; `null` when this version takes the step. */
  readonly panic: string | null;
  /** Events the step gave. */
  readonly events: number;
}

/** Takes the step again with a kernel of this version. `KERNEL_FORMAT_NEWER`, `STORE_CORRUPT` */
export function repeat({ snapshot, batch, monoMs, wallMs }: Repro, module: WebAssembly.Module): Repeated {
  const kernel = new Kernel(module, { partition: 0, epoch: 0, snapshot });
  try {
    const { lastSeq, firstSeq, frame } = kernel.step(batch, monoMs, wallMs);
    return { panic: null, events: frame.length === 0 ? 0 : lastSeq - firstSeq + 1 };
  } catch (error) {
    if (!(error instanceof KernelTrap)) throw error;
    return { panic: error.message, events: 0 };
  }
}
