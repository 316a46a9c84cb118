import { PolyphonError } from "../../errors/error.ts";
import type { SessionEntry } from "../../runtime/mirror/entries.ts";
import { decodePayload } from "../../runtime/payloads.ts";
import { projectSession } from "../../sessions/project.ts";
import type { SessionView } from "../../sessions/view.ts";
import { openReader } from "../../stores/sqlite/sqlite-reader.ts";
import type { StoreReader } from "../../stores/store.ts";
import { loadKernel } from "../../wasm/node.ts";
import type { AgentView, Replayed, SessionSummary, TeamReader, Verification } from "../ports.ts";
import { type Folded, foldJournal } from "./fold.ts";
import { escalationsOf, summaryOf } from "./summaries.ts";

/** Reads a database beside its owner, by folding its journal into a kernel and a mirror of its own. */
export async function openTeamReader(db: string): Promise<TeamReader> {
  const store = await openReader(db, { thread: "caller" });
  const module = loadKernel();
  let folded: Promise<Folded> | undefined;
  const now = (): Promise<Folded> => (folded ??= foldJournal(store, module));
  const views = async (fold: Folded): Promise<readonly SessionView[]> => {
    const entries = [...fold.mirror.sessions.values()].reverse();
    return await Promise.all(entries.map((entry) => viewOf(entry, fold, store)));
  };
  return {
    sessions: async (): Promise<readonly SessionSummary[]> => (await views(await now())).map(summaryOf),
    session: (id) => ({
      view: async () => {
        const fold = await now();
        const handle = fold.kernel.seqOf("session", id);
        const entry = handle === undefined ? undefined : fold.mirror.sessions.get(handle);
        if (entry === undefined)
          throw new PolyphonError("SESSION_UNKNOWN", {
            message: `There is no session ${id} in this journal.`,
            details: { session: id },
          });
        return await viewOf(entry, fold, store);
      },
    }),
    agents: async () => agentsOf(await now()),
    escalations: async () => escalationsOf(await views(await now())),
    owner: () => store.owner(),
    verify: () => verify(store, module),
    replay: async (until) => await replay(store, module, until, views),
    close: () => store.close(),
  };
}

async function viewOf(
  entry: SessionEntry,
  { mirror, kernel, nowMs }: Folded,
  store: StoreReader,
): Promise<SessionView> {
  const parts: Parameters<typeof projectSession>[1] = {
    mirror,
    id: (kind, handle, createdMs) => kernel.id(kind, handle, createdMs),
    decode: (payload) => decodePayload(payload, (key) => store.payload(key)),
  };
  return await projectSession(entry, parts, nowMs);
}

function agentsOf({ mirror, kernel }: Folded): readonly AgentView[] {
  const running = [...mirror.tasks.values()].filter((task) => task.status === "running");
  return [...mirror.agents.values()].map(({ handle, registeredMs, spec, status, health, load }) => ({
    id: kernel.id("agent", handle, registeredMs),
    name: spec.key,
    type: spec.agentType,
    status,
    health,
    capabilities: spec.capabilities,
    load,
    maxLoad: spec.maxLoad,
    tasks: running.filter((task) => task.attempts.at(-1)?.agent === handle).map((task) => task.spec.key),
  }));
}

/** Checks the bytes, then that they fold: a journal can be whole and still say something impossible. */
async function verify(store: StoreReader, module: WebAssembly.Module): Promise<Verification> {
  const report = await store.verify();
  const { snapshotSeq } = await store.health();
  const problems: Verification["problems"][number][] = [];
  const { damage } = report;
  if (damage !== undefined) problems.push({ code: "STORE_CORRUPT", seq: damage.seq, message: damage.message });
  let stateHash: string | null = null;
  if (problems.length === 0) {
    try {
      stateHash = (await foldJournal(store, module)).stateHash;
    } catch (error) {
      if (!(error instanceof PolyphonError)) throw error;
      const { seq } = error.details;
      problems.push({ code: error.code, seq: typeof seq === "number" ? seq : null, message: error.message });
    }
  }
  const { ok, frames, events, firstSeq, lastSeq } = report;
  return { ok: ok && problems.length === 0, frames, events, firstSeq, lastSeq, snapshotSeq, stateHash, problems };
}

async function replay(
  store: StoreReader,
  module: WebAssembly.Module,
  until: number,
  views: (fold: Folded) => Promise<readonly SessionView[]>,
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
  const fold = await foldJournal(store, module, until);
  return { seq: fold.mirror.seq, stateHash: fold.stateHash, sessions: await views(fold) };
}
