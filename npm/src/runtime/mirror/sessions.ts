import type { Event } from "../../wasm/codec.generated.ts";
import { SessionEntry } from "./entries.ts";
import type { Mirror } from "./mirror.ts";
import { SessionValues } from "./values.ts";

type SessionOpened = Extract<Event, { type: "SessionOpened" }>;

/** Folds an event about sessions; answers the session. */
export function applySession(mirror: Mirror, seq: number, timeMs: number, event: Event): SessionEntry | undefined {
  switch (event.type) {
    case "SessionOpened":
      return open(mirror, seq, timeMs, event);
    case "SessionPaused":
      return become(mirror, event.session, "paused", event.reason);
    case "SessionResumed":
      return become(mirror, event.session, "running", null);
    case "SessionCancelRequested":
      return become(mirror, event.session, "cancelling", event.reason);
    case "SessionTimedOut":
      return become(mirror, event.session, "cancelling", "its time is over");
    case "SessionEnded": {
      const ended = become(mirror, event.session, event.status, event.reason === "" ? null : event.reason);
      if (ended !== undefined) {
        ended.endedMs = timeMs;
        mirror.live--;
      }
      if (event.evict.length > 0) for (const handle of event.evict) mirror.forget(handle);
      return ended;
    }
    case "ContextUpdated": {
      const session = mirror.sessions.get(event.session);
      if (session === undefined) return undefined;
      session.context ??= new Map();
      for (const [name, value] of event.entries) {
        if (value === null) session.context.delete(name);
        else session.context.set(name, value);
      }
      return session;
    }
    case "ValueWritten": {
      const session = mirror.sessions.get(event.session);
      if (session === undefined) return undefined;
      session.values ??= new SessionValues();
      session.values.apply(seq, timeMs, event);
      return session;
    }
    case "LockQueued":
    case "LockGranted":
    case "LockExtended":
    case "LockEnded":
      return mirror.sessions.get(event.session);
    case "FactsRecorded": {
      const session = mirror.sessions.get(event.session);
      if (session !== undefined) session.facts = [...session.facts, ...event.facts];
      return session;
    }
    default:
      return undefined;
  }
}

function open(
  mirror: Mirror,
  seq: number,
  timeMs: number,
  { plan, expected, draft, input }: SessionOpened,
): SessionEntry {
  const { name, configHash, phases } = plan;
  const session = new SessionEntry(seq, timeMs, { name, configHash, input });
  session.expected = expected;
  session.status = draft ? "planning" : "running";
  if (phases.length > 0) {
    session.phases = phases.map(({ name, mode, tasks }) => ({ name, mode, tasks, status: "pending" }));
  }
  mirror.sessions.set(seq, session);
  mirror.live++;
  return session;
}

function become(
  mirror: Mirror,
  handle: number,
  status: SessionEntry["status"],
  reason: string | null,
): SessionEntry | undefined {
  const session = mirror.sessions.get(handle);
  if (session === undefined) return undefined;
  session.status = status;
  session.reason = reason;
  return session;
}
