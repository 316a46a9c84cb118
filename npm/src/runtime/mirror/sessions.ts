import type { Event } from "../../wasm/codec.generated.ts";
import type { SessionEntry } from "./entries.ts";
import type { Mirror } from "./mirror.ts";

/** Folds an event about sessions; answers the session. */
export function applySession(mirror: Mirror, seq: number, timeMs: number, event: Event): SessionEntry | undefined {
  switch (event.type) {
    case "SessionOpened": {
      const { plan, expected, draft, input } = event;
      const session: SessionEntry = {
        handle: seq,
        openedMs: timeMs,
        name: plan.name,
        configHash: plan.configHash,
        expected,
        input,
        status: draft ? "planning" : "running",
        committed: false,
        reason: null,
        endedMs: null,
        phases: plan.phases.map(({ name, mode, tasks }) => ({ name, mode, tasks, status: "pending" })),
        tasks: [],
        parents: new Set(),
        counts: { total: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 },
        context: new Map(),
        facts: [],
        partial: false,
        escalations: [],
        alerts: [],
      };
      mirror.sessions.set(seq, session);
      mirror.live++;
      return session;
    }
    case "SessionPaused":
      return change(mirror, event.session, (session) => {
        session.status = "paused";
        session.reason = event.reason;
      });
    case "SessionResumed":
      return change(mirror, event.session, (session) => {
        session.status = "running";
        session.reason = null;
      });
    case "SessionCancelRequested":
      return change(mirror, event.session, (session) => {
        session.status = "cancelling";
        session.reason = event.reason;
      });
    case "SessionTimedOut":
      return change(mirror, event.session, (session) => {
        session.status = "cancelling";
        session.reason = "its time is over";
      });
    case "SessionEnded": {
      const ended = change(mirror, event.session, (session) => {
        session.status = event.status;
        session.reason = event.reason === "" ? null : event.reason;
        session.endedMs = timeMs;
        mirror.live--;
      });
      for (const handle of event.evict) mirror.forget(handle);
      return ended;
    }
    case "ContextUpdated":
      return change(mirror, event.session, ({ context }) => {
        for (const [name, value] of event.entries) {
          if (value === null) context.delete(name);
          else context.set(name, value);
        }
      });
    case "FactsRecorded":
      return change(mirror, event.session, ({ facts }) => {
        facts.push(...event.facts);
      });
    default:
      return undefined;
  }
}

function change(mirror: Mirror, handle: number, with_: (session: SessionEntry) => void): SessionEntry | undefined {
  const session = mirror.sessions.get(handle);
  if (session !== undefined) with_(session);
  return session;
}
