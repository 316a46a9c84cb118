import { openReader } from "../../stores/sqlite/sqlite-reader.ts";
import type { StoreReader } from "../../stores/store.ts";
import { loadKernel } from "../../wasm/node.ts";
import type { AgentView, SessionSummary, TeamReader } from "../ports.ts";
import { type Folded, foldJournal } from "./fold.ts";
import { replay, verifyJournal } from "./integrity.ts";
import { listSessions, showSession, viewAll } from "./sessions.ts";
import { escalationsOf } from "./summaries.ts";

/** Reads a database beside its owner, by folding its journal into a kernel and a mirror of its own. */
export async function openTeamReader(db: string): Promise<TeamReader> {
  const store = await openReader(db, { thread: "caller" });
  const module = loadKernel();
  let folded: Promise<Folded> | undefined;
  let thread: Promise<StoreReader> | undefined;
  // What takes a while reads in a thread of its own, so that Ctrl-C is heard.
  const beside = (): Promise<StoreReader> => (thread ??= openReader(db));
  const now = (): Promise<Folded> => (folded ??= foldJournal(store, module));
  return {
    sessions: async ({ limit } = {}): Promise<readonly SessionSummary[]> =>
      await listSessions(await now(), store, limit),
    session: (id) => ({ view: async () => await showSession(id, await now(), store) }),
    agents: async () => agentsOf(await now()),
    escalations: async () => {
      const fold = await now();
      return escalationsOf(await viewAll(fold, store));
    },
    owner: () => store.owner(),
    verify: async (options) => await verifyJournal(await beside(), module, options),
    replay: async (until, options) => await replay(await beside(), module, until, options),
    close: async () => {
      await store.close();
      await (await thread)?.close();
    },
  };
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
    pool: mirror.agents.poolName(spec.pool),
    state: mirror.agents.stateView(handle),
    vitals: null,
    tasks: running.filter((task) => task.attempts.at(-1)?.agent === handle).map((task) => task.key),
  }));
}
