// What:  an agent that is prepared before it works and keeps a state of its own: it goes on where it was after each task, a cancelled one, and a restart.
// Run:   npm run example agent-state
// See:   pages 1 to 3, then 4 in a team that was opened anew; what the team shows of the state; nothing once it is removed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentContext, AgentSetup } from "polyphon/node";
import { Polyphon } from "polyphon/node";

const folder = await mkdtemp(join(tmpdir(), "polyphon-state-"));
const file = join(folder, "team.db");

/** Is prepared with its configuration, before its first page. */
function start({ name, config }: AgentSetup): { readonly book: unknown } {
  console.log(`${name} is prepared, with`, config);
  return { book: config };
}

/** Reads a page and remembers how far it came. */
async function read(_task: unknown, ctx: AgentContext): Promise<string> {
  const { page } = (await ctx.state<{ page: number }>()) ?? { page: 0 };
  await ctx.saveState({ page: page + 1 });
  return `page ${page + 1}`;
}

const code = { start, perform: read, stop: (instance: unknown) => console.log("put away:", instance) };
const options = { maxLoad: 1, config: "a book" };
const seen: unknown[] = [];
{
  await using team = await Polyphon.open(file);
  await team.agent("reader", options, code).ready;
  const session = team.orchestrate({ tasks: [{ key: "a" }, { key: "b" }, { key: "c" }] });
  seen.push(...Object.values((await session.result).outputs).sort());
  console.log(seen);
}
{
  await using team = await Polyphon.open(file);
  const reader = team.agent("reader", options, code);
  await reader.ready;
  seen.push((await team.orchestrate({ tasks: [{ key: "d" }] }).result).outputs.d);
  console.log("after a restart:", seen.at(-1));
  const [view] = await team.agents();
  console.log(`it keeps ${view?.state?.bytes} bytes`);
  await reader.stop();
  while ((await team.agents())[0]?.status !== "stopped") await new Promise((resolve) => setTimeout(resolve, 5));
  await reader.deregister();
  await team.agent("reader", options, code).ready;
  seen.push((await team.orchestrate({ tasks: [{ key: "e" }] }).result).outputs.e);
  console.log("a new agent of that name:", seen.at(-1));
}
await rm(folder, { recursive: true, force: true });
process.exitCode = seen.join() === "page 1,page 2,page 3,page 4,page 1" ? 0 : 1;
