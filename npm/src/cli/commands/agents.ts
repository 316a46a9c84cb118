import { print } from "../cli.ts";
import { EXIT } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { formatTable } from "../output/table.ts";
import type { CommandDefinition } from "../program.ts";
import { withReader } from "../readers.ts";

const HEADS = [
  { head: "AGENT", max: 24 },
  { head: "TYPE", max: 16 },
  { head: "STATUS" },
  { head: "HEALTH" },
  { head: "LOAD", right: true },
  { head: "TASKS", max: 24 },
  { head: "CAPABILITIES", max: 48 },
];

/** `polyphon agents`: who is registered and what each one does. */
export const agents: CommandDefinition = {
  describe: (program) => program.command("agents").description("list the agents"),
  run: async (cli) => {
    const { owner, found } = await withReader(cli, cli.db, async (reader) => ({
      owner: await reader.owner(),
      found: await reader.agents(),
    }));
    print(cli, { owner: owner ?? null, agents: found }, () => {
      if (found.length === 0) return "No agents are registered.\n";
      const rows = found.map((agent) => [
        printable(agent.name),
        printable(agent.type),
        agent.status,
        agent.health,
        `${agent.load}/${agent.maxLoad}`,
        printable(agent.tasks.join(", ")),
        printable(agent.capabilities.join(", ")),
      ]);
      const by =
        owner === undefined ? "no process; as they were last" : `process ${owner.pid} on ${printable(owner.host)}`;
      return `${formatTable(HEADS, rows, cli.width)}\nrun by ${by}\n`;
    });
    return EXIT.met;
  },
};
