// What:  agents of a session that share values: no update is lost, a lock with a fence, a transaction, a circle that is refused, the history of a value.
// Run:   npm run example shared-state
// See:   20 of 20 counted; a late write refused by its fence; 100 kept over two accounts; the circle by name; who wrote what and why.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentContext, Polyphon, PolyphonError } from "polyphon/node";

const folder = await mkdtemp(join(tmpdir(), "polyphon-shared-"));
const file = join(folder, "team.db");

async function refused(call: Promise<unknown>): Promise<PolyphonError | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof PolyphonError ? error : undefined),
  );
}

/** Counts its task, and hands money on. */
async function count(_task: unknown, { session }: AgentContext): Promise<void> {
  await session.shared.update<number>("counted", (counted = 0) => counted + 1);
  await session.transact(
    async (all) => {
      const [from, to] = [(await all.get<number>("from")) ?? 100, (await all.get<number>("to")) ?? 0];
      all.set("from", from - 1).set("to", to + 1);
    },
    { why: "one for each task" },
  );
}

const seen: unknown[] = [];
let id = "";
{
  await using team = await Polyphon.open(file);
  await team.agent("counter", count).ready;
  const work = team.orchestrate({ tasks: Array.from({ length: 20 }, (_, n) => ({ key: `t${n}` })) });
  await work.result;
  const { shared } = work.state;
  const [from, to] = [await shared.get<number>("from"), await shared.get<number>("to")];
  seen.push(await shared.get("counted"), (from ?? 0) + (to ?? 0));
  console.log(`counted ${seen[0]} of 20; ${from} and ${to} are ${seen[1]}`);

  const desk = team.openSession({ name: "desk" });
  id = await desk.ready;
  const { state } = desk;
  const first = await state.lock("ledger", { owner: "ann" });
  await state.shared.set("ledger", "by ann", { fence: first.fence, why: "she had the lock", actor: "ann" });
  const second = await state.lock("ledger", { owner: "ben", force: true });
  const late = await refused(state.shared.set("ledger", "late", { fence: first.fence }));
  seen.push(late?.code);
  console.log(`a write with the old fence: ${late?.code}; the new fence is greater: ${second.fence > first.fence}`);

  const other = await state.lock("stamp", { owner: "ann" });
  const waiting = state.lock("stamp", { owner: "ben" });
  const circle = await refused(state.lock("ledger", { owner: "ann" }));
  seen.push(circle?.details.cycle);
  console.log(`${circle?.code}: ${circle?.details.cycle}`);
  await other.release();
  await (await waiting).release();
  await second.release();
}
{
  await using team = await Polyphon.open(file);
  const { shared } = team.session(id).state;
  const [written] = await shared.history("ledger");
  seen.push(written?.by);
  console.log(`after a restart: ${JSON.stringify(written?.value)} was written by ${written?.by}: ${written?.why}`);
}
await rm(folder, { recursive: true, force: true });
process.exitCode = seen.join("; ") === "20; 100; LEASE_FENCED; ann → ledger → ben → stamp → ann; ann" ? 0 : 1;
