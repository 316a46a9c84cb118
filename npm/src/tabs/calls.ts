import type { Bus } from "../bus/bus.ts";
import { PolyphonError } from "../errors/error.ts";
import type { LogEntry, SessionProgress, SessionResult, TeamEvent } from "../sessions/session.ts";
import type { Team } from "../team/team.ts";
import { type Args, QUEUE_CALLS } from "./queue-calls.ts";
import type { Consuming } from "./queue-wire.ts";
import { ServedQueues } from "./served-queues.ts";

/** First tokens of the subjects tabs use of the one that owns the journal. */
export const TABS = "polyphon.tabs";

/** What a tab asks the owner of the journal to do. */
export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What a tab wants to hear: of a session, or of the team. */
export interface Hearing {
  readonly what: "events" | "logs" | "progress";
  readonly session?: string;
}

/** What of a session changes. */
export type Heard = TeamEvent | LogEntry | SessionProgress;

type Do = (team: Team, args: readonly never[]) => unknown;

/** What may be asked of a team, and nothing else. */
const CALLS: ReadonlyMap<string, Do> = new Map<string, Do>([
  ["orchestrate", (team, [plan, options]) => team.orchestrate(plan as never, options).ready],
  ["know", (team, [id]) => team.session(id as never).ready],
  ["sessions", (team) => idsOf(team)],
  ["escalations", (team) => team.escalations()],
  ["decide", (team, [id, decision, options]) => team.decide(id as never, decision as never, options)],
  ["agents", (team) => team.agents()],
  ["findAgents", (team, [query]) => team.findAgents(query)],
  ["misfits", (team, [plan]) => team.misfits(plan as never)],
  ["catalog", (team) => team.catalog()],
  ["unserved", (team) => team.unserved()],
  ["health", (team) => team.health()],
  ["view", (team, [id]) => team.session(id as never).view()],
  ["result", (team, [id]): Promise<SessionResult> => team.session(id as never).result],
  ["cancel", (team, [id, reason]) => team.session(id as never).cancel(reason)],
  ["pause", (team, [id, reason]) => team.session(id as never).pause(reason)],
  ["resume", (team, [id]) => team.session(id as never).resume()],
  ["context", (team, [id]) => team.session(id as never).context()],
  ["updateContext", (team, [id, values]) => team.session(id as never).updateContext(values as never)],
  ["recordFacts", (team, [id, facts]) => team.session(id as never).recordFacts(facts as never)],
  ["sessionMisfits", (team, [id]) => team.session(id as never).misfits()],
]);

/** Lets the tabs of a bus use a team; answers what they have of its queues. */
export function serveTabs(team: Team, hub: Bus): ServedQueues {
  const served = new ServedQueues(() => team.queues);
  const options = { credit: CREDIT };
  hub.respond<Call>(`${TABS}.call`, ({ payload, signal }) => answer(team, served, payload, signal), options);
  hub.respond<Hearing>(`${TABS}.hear`, ({ payload }) => hear(team, payload), options);
  hub.respond<Consuming>(`${TABS}.consume`, ({ payload, signal }) => served.consume(payload, signal), options);
  return served;
}

const CREDIT = 10_000;

async function answer(team: Team, served: ServedQueues, { method, args }: Call, signal: AbortSignal): Promise<unknown> {
  const run = CALLS.get(method);
  if (run !== undefined) return (await run(team, args as readonly never[])) ?? null;
  const runQueue = QUEUE_CALLS.get(method);
  if (runQueue !== undefined) return (await runQueue(served, args as unknown as Args, signal)) ?? null;
  throw new PolyphonError("COMMAND_INVALID", { message: `${method} is nothing a tab can ask for.` });
}

function hear(team: Team, { what, session: id }: Hearing): AsyncIterable<Heard> {
  const source = id === undefined ? team : team.session(id);
  if (what === "logs") return source.logs$;
  if (what === "events") return source.events$;
  return team.session(id ?? "").progress$;
}

async function idsOf(team: Team): Promise<readonly string[]> {
  const ids = await Promise.allSettled(team.sessions().map(({ ready }) => ready));
  return ids.flatMap((id) => (id.status === "fulfilled" ? [id.value] : []));
}
