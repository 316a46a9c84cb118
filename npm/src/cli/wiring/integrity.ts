import { PolyphonError } from "../../errors/error.ts";
import type { StoreReader, VerifyReport } from "../../stores/store.ts";
import type { Kernel } from "../../wasm/kernel.ts";
import type { LongOptions, Replayed, Verification } from "../ports.ts";
import { foldJournal } from "./fold.ts";
import { PayloadCheck } from "./payload-check.ts";
import { viewAll } from "./sessions.ts";

type Problem = Verification["problems"][number];

/**
 * Checks the bytes, then that they fold, then what lies beside them: a journal can be whole and still say something
 * impossible, and name a payload that is not what it was.
 */
export async function verifyJournal(
  store: StoreReader,
  module: WebAssembly.Module,
  options: LongOptions = {},
): Promise<Verification> {
  const problems: Problem[] = [];
  const report = await checkBytes(store, options, problems);
  let stateHash: string | null = null;
  if (problems.length === 0) {
    await tolerate(problems, async () => {
      stateHash = await checkFold(store, module, report.lastSeq, options, problems);
    });
    await checkArchives(store, options, problems);
  }
  const { frames, events, firstSeq, lastSeq } = report;
  const { snapshotSeq } = await store.health().catch(() => ({ snapshotSeq: 0 }));
  return { ok: problems.length === 0, frames, events, firstSeq, lastSeq, snapshotSeq, stateHash, problems };
}

async function checkBytes(
  store: StoreReader,
  { signal, onProgress }: LongOptions,
  problems: Problem[],
): Promise<Pick<VerifyReport, "frames" | "events" | "firstSeq" | "lastSeq">> {
  let report = { frames: 0, events: 0, firstSeq: 0, lastSeq: 0 };
  await tolerate(problems, async () => {
    const found = await store.verify({
      ...(signal === undefined ? {} : { signal }),
      onProgress: ({ seq, lastSeq }) => onProgress?.({ doing: "checked", seq, lastSeq }),
    });
    const { damage } = found;
    if (damage !== undefined) problems.push({ code: "STORE_CORRUPT", seq: damage.seq, message: damage.message });
    report = found;
  });
  return report;
}

async function checkFold(
  store: StoreReader,
  module: WebAssembly.Module,
  lastSeq: number,
  { signal, onProgress }: LongOptions,
  problems: Problem[],
): Promise<string | null> {
  const snapshot = await store.latestSnapshot();
  const payloads = new PayloadCheck(store, problems);
  const { stateHash, kernel } = await foldJournal(store, module, lastSeq, {
    ...(signal === undefined ? {} : { signal }),
    whole: true,
    folded: (seq, event) => payloads.note(seq, event),
    progress: (seq, kernel: Kernel) => {
      onProgress?.({ doing: "folded", seq, lastSeq });
      if (seq === snapshot?.seq && kernel.stateHash() !== snapshot.stateHash) problems.push(contradicts(seq));
      return payloads.check(kernel);
    },
  });
  // What lies before the snapshot that stands for dropped events was not folded, but names payloads all the same.
  const { firstSeq } = await store.health();
  if (firstSeq > 1 && snapshot !== undefined) await payloads.checkFrames(firstSeq, snapshot.seq, kernel);
  return stateHash;
}

async function checkArchives(store: StoreReader, { signal }: LongOptions, problems: Problem[]): Promise<void> {
  await tolerate(problems, async () => {
    for (const { id } of await store.archives()) {
      signal?.throwIfAborted();
      await tolerate(problems, async () => {
        await store.archive(id);
      });
    }
  });
}

/** Damage is an answer here; whatever else goes wrong is not. */
async function tolerate(problems: Problem[], check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof PolyphonError)) throw error;
    const { seq } = error.details;
    problems.push({ code: error.code, seq: typeof seq === "number" ? seq : null, message: error.message });
  }
}

function contradicts(seq: number): Problem {
  return {
    code: "STORE_CORRUPT",
    seq,
    message: `The snapshot at ${seq} is not the state the events before it add up to.`,
  };
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
