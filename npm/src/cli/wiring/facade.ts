import type { Team as RealTeam } from "../../team/team.ts";
import type { Team } from "../ports.ts";
import { sessionFace } from "./session-face.ts";
import { escalationsOf, summaryOf } from "./summaries.ts";

/** The port over a real team, whatever its agents and its clock are. */
export function facade(team: RealTeam, now: () => number, close: () => Promise<void> = () => team.close()): Team {
  const views = (): Promise<Awaited<ReturnType<ReturnType<RealTeam["session"]>["view"]>>[]> =>
    Promise.all(team.sessions().map((session) => session.view()));
  return {
    session: (id) => sessionFace(team.session(id), now),
    async start({ plan, hash }) {
      const session = team.orchestrate(plan, { configHash: hash });
      await session.ready;
      return sessionFace(session, now);
    },
    resume: async (id) => sessionFace(team.session(id), now),
    sessions: async () => (await views()).map(summaryOf),
    escalations: async () => escalationsOf(await views()),
    async agents() {
      const running = (await views()).flatMap((view) => view.tasks.filter((task) => task.status === "running"));
      return (await team.agents()).map((agent) => ({
        ...agent,
        tasks: running.filter((task) => task.agent === agent.name).map((task) => task.id),
      }));
    },
    answer: (id, decision) => team.decide(id, decision, { actor: "command line" }),
    drain: () => team.drain(),
    close,
  };
}
