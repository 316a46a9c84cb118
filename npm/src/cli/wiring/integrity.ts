import { PolyphonError } from "../../errors/error.ts";
import type { StoreReader } from "../../stores/store.ts";
import type { Kernel } from "../../wasm/kernel.ts";
import type { LongOptions, Replayed, Verification } from "../ports.ts";
import { foldJournal } from "./fold.ts";
import { viewAll } from "./sessions.ts";

/** Checks the bytes, then that they fold: a journal can be whole and still say something impossible. */
export async function verifyJournal(
  store: StoreReader,
  module: WebAssembly.Module,
  { signal, onProgress }: LongOptions = {},
): Promise<Verification> {
  const stop = signal === undefined ? {} : { signal };
  const report = await store.verify({
    ...stop,
    onProgress: ({ seq, lastSeq }) => onProgress?.({ doing: "checked", seq, lastSeq }),
  });
  const { snapshotSeq } = await store.health();
  const problems: Verification["problems"][number][] = [];
  const { damage } = report;
  if (damage !== undefined) problems.push({ code: "STORE_CORRUPT", seq: damage.seq, message: damage.message });
  let stateHash: string | null = null;
  if (problems.length === 0) {
    try {
      const snapshot = await store.latestSnapshot();
      const progress = (seq: number, kernel: Kernel): void => {
        onProgress?.({ doing: "folded", seq, lastSeq: report.lastSeq });
        if (seq === snapshot?.seq && kernel.stateHash() !== snapshot.stateHash) problems.push(contradicts(seq));
      };
      stateHash = (await foldJournal(store, module, report.lastSeq, { ...stop, whole: true, progress })).stateHash;
    } catch (error) {
      if (!(error instanceof PolyphonError)) throw error;
      const { seq } = error.details;
      problems.push({ code: error.code, seq: typeof seq === "number" ? seq : null, message: error.message });
    }
  }
  const { ok, frames, events, firstSeq, lastSeq } = report;
  return { ok: ok && problems.length === 0, frames, events, firstSeq, lastSeq, snapshotSeq, stateHash, problems };
}

/** The state as it was after event `until`. */
export async function replay(
  store: StoreReader,
  module: WebAssembly.Module,
  until: number,
  { signal, onProgress }: LongOptions = {},
): Promise<Replayed> {
  const { firstSeq, lastSeq, snapshotSeq } = await store.health();
  if (until > lastSeq)
    throw new PolyphonError("CLI_USAGE", { message: `The journal ends at ${lastSeq}; --until ${until} is beyond it.` });
  if (firstSeq > 1 && until < snapshotSeq) {
    throw new PolyphonError("STORE_COMPACTED", {
      message: `Events before ${snapshotSeq} were compacted; replay reaches ${snapshotSeq} to ${lastSeq}.`,
      details: { firstSeq: snapshotSeq, lastSeq },
    });
  }
  const progress = (seq: number): void => onProgress?.({ doing: "folded", seq, lastSeq: until });
  const fold = await foldJournal(store, module, until, { ...(signal === undefined ? {} : { signal }), progress });
  return { seq: fold.mirror.seq, stateHash: fold.stateHash, sessions: await viewAll(fold, store) };
}

function contradicts(seq: number): Verification["problems"][number] {
  return {
    code: "STORE_CORRUPT",
    seq,
    message: `The snapshot at ${seq} is not the state the events before it add up to.`,
  };
}
