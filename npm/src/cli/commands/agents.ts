import { bytes } from "../../report/format.ts";
import { type Cli, print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { askOwner } from "../control/client.ts";
import { EXIT } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { formatTable } from "../output/table.ts";
import type { AgentView } from "../ports.ts";
import { withReader } from "../readers.ts";

const HEADS = [
  { head: "AGENT", max: 24 },
  { head: "TYPE", max: 16 },
  { head: "STATUS" },
  { head: "HEALTH" },
  { head: "MEMORY", right: true },
  { head: "CORES", right: true },
  { head: "LOAD", right: true },
  { head: "TASKS", max: 24 },
  { head: "CAPABILITIES", max: 48 },
];

/** `polyphon agents`: who is registered and what each one does. */
export const agents: CommandDefinition = {
  describe: (program) => program.command("agents").description("list the agents"),
  run: async (cli) => {
    const { owner, known } = await withReader(cli, cli.db, async (reader) => ({
      owner: await reader.owner(),
      known: await reader.agents(),
    }));
    const found = owner === undefined ? known : await withVitals(cli, known);
    print(cli, { owner: owner ?? null, agents: found }, () => {
      if (found.length === 0) return "No agents are registered.\n";
      const rows = found.map((agent) => [
        printable(agent.name),
        printable(agent.type),
        agent.status,
        agent.health,
        agent.vitals?.memoryBytes == null ? "-" : bytes(agent.vitals.memoryBytes),
        agent.vitals?.cpuCores == null ? "-" : agent.vitals.cpuCores.toFixed(2),
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

/** Time the owner gets to say how its agents are, in milliseconds; what the journal knows is shown in any case. */
const PATIENCE_MS = 2_000;

/** Signs of life are never written down: only the process that hears them can tell. */
async function withVitals(cli: Cli, known: readonly AgentView[]): Promise<readonly AgentView[]> {
  const options = { clock: cli.context.clock, timeoutMs: PATIENCE_MS };
  const told = await askOwner(cli.db, "agents", undefined, options).catch(() => undefined);
  const heard = (told?.vitals ?? {}) as Readonly<Record<string, AgentView["vitals"]>>;
  return known.map((agent) => (Object.hasOwn(heard, agent.id) ? { ...agent, vitals: heard[agent.id] ?? null } : agent));
}
