import { PolyphonError } from "../../errors/error.ts";
import type { EscalationView } from "../../sessions/view.ts";
import { print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { resolveId } from "../ids.ts";
import { printable } from "../output/cells.ts";
import { throughOwner } from "../owner.ts";
import type { Decision } from "../ports.ts";
import { withReader } from "../readers.ts";

function answeredBefore({ id, task, decision }: EscalationView): PolyphonError {
  const answer = decision === null ? "closed without an answer" : `answered with ${decision}`;
  return new PolyphonError("ESCALATION_RESOLVED", {
    message: `${id} (${printable(task)}) was ${answer} before.`,
    details: { escalation: id, decision },
  });
}

/** A command that answers an escalation; the three differ in a word. */
export function answerCommand(decision: Decision, description: string): CommandDefinition {
  return {
    describe: (program) =>
      program
        .command(decision)
        .description(description)
        .argument("<id>", "id of the escalation, its beginning, the key of its task, or `last`"),
    run: async (cli, [id]) => {
      const item = await withReader(cli, cli.db, async (reader) => {
        const all = await reader.escalations();
        const open = all.filter((candidate) => candidate.resolved === null);
        // One that was answered is found by its id alone. The same answer again changes nothing: it may be a repetition.
        const answered = all.find((candidate) => candidate.id === id && candidate.resolved !== null);
        if (answered !== undefined && answered.decision !== decision) throw answeredBefore(answered);
        return answered ?? resolveId("escalation", open, String(id), (candidate) => candidate.task === id);
      });
      const via = await throughOwner(cli, `escalation.${decision}`, item.id, (team) => team.answer(item.id, decision));
      const data = { escalation: item.id, task: item.task, session: item.session, decision, via };
      const after =
        via === "owner" ? "The running session goes on." : "Recorded; the next `polyphon run` goes on from here.";
      print(cli, data, () => `${decision} ${item.id} (${printable(item.task)}). ${after}\n`);
      return EXIT.met;
    },
  };
}
