import type { Session as RealSession } from "../../sessions/session.ts";
import type { Session } from "../ports.ts";

/** The port over a session whose id is known. */
export function sessionFace(session: RealSession, now: () => number): Session {
  return {
    id: session.id,
    view: () => session.view(),
    now,
    onChange(changed, failed) {
      const subscription = session.progress$.subscribe({ next: changed, complete: changed });
      // A session that ended well or badly tells so in its view; only a team that can go on no longer rejects.
      session.result.catch(failed);
      return () => subscription.unsubscribe();
    },
    act(action) {
      switch (action) {
        case "cancel":
          return session.cancel();
        case "pause":
          return session.pause();
        case "resume":
          return session.resume();
      }
    },
  };
}
