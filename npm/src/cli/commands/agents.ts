import { print } from "../cli.ts";
import { EXIT } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { formatTable } from "../output/table.ts";
import type { CommandDefinition } from "../program.ts";
import { withReader } from "../readers.ts";

/** `polyphon agents`: who is registered and what each one does. */
export const agents: CommandDefinition = {
  describe: (program) => program.command("agents").description("list the agents"),
  run: async (cli) => {
    const found = await withReader(cli, cli.db, (reader) => reader.agents());
    print(cli, { agents: found }, () => {
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
      const heads = [{ head: "AGENT", max: 24 }, { head: "TYPE", max: 16 }, { head: "STATUS" }, { head: "HEALTH" }];
      return formatTable(
        [...heads, { head: "LOAD", right: true }, { head: "TASKS", max: 24 }, { head: "CAPABILITIES", max: 48 }],
        rows,
      );
    });
    return EXIT.met;
  },
};
