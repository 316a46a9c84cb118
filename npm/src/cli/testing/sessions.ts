import { aSession, aTask, aTry } from "../../report/testing/fixtures.ts";
import { suiteSession } from "../../report/testing/suite.ts";
import type { EscalationView, SessionView } from "../../sessions/view.ts";
import { fakeConfig } from "./fake-runtime.ts";
import type { Harness } from "./harness.ts";

/** Hash of the configuration the fake runtime is given. */
export const HASH: string = fakeConfig().hash;

/** A question that nobody answered yet. */
export const escalation: EscalationView = {
  ...(suiteSession().escalations[0] as EscalationView),
  resolved: null,
  decision: null,
};

/** A session whose only task runs. */
export const running = (over: Partial<SessionView> = {}): SessionView =>
  aSession([aTask("A2", { status: "running", ended: null, history: [aTry(1, 0, null)] })], {
    status: "running",
    ended: null,
    percentage: 10,
    configHash: HASH,
    ...over,
  });

/** A session that waits for an answer. */
export const blocked = (): SessionView =>
  aSession([aTask("A2", { status: "waiting" })], {
    status: "running",
    ended: null,
    percentage: 50,
    configHash: HASH,
    escalations: [escalation],
  });

export const done = (): SessionView => aSession([aTask("A2", { history: [aTry(1, 0, 1_000)] })], { configHash: HASH });

/** Answering ends the session, as a person would hope. */
export function answerEnds(cli: Harness): void {
  cli.runtime.onAnswer = (_, decision) => {
    const answered = { ...escalation, resolved: escalation.raised + 5, decision };
    cli.runtime.set({ ...done(), escalations: [answered] });
  };
}
