import type { EscalationView, SessionView } from "../../sessions/view.ts";
import type { SessionSummary } from "../ports.ts";

/** A line of the list of sessions. */
export function summaryOf(view: SessionView): SessionSummary {
  const { id, name, status, started, ended, percentage, configHash, tasks } = view;
  const completed = tasks.filter((task) => task.status === "completed").length;
  return { id, name, status, started, ended, percentage, tasks: tasks.length, completed, configHash };
}

/** Escalations of all sessions, open ones first, each with its session. */
export function escalationsOf(
  views: readonly SessionView[],
): readonly (EscalationView & { readonly session: string })[] {
  const all = views.flatMap((view) => view.escalations.map((item) => ({ ...item, session: view.id })));
  return all.sort((a, b) => Number(a.resolved !== null) - Number(b.resolved !== null) || b.raised - a.raised);
}
