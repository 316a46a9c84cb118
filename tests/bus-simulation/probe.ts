import type { Message } from "../../npm/src/bus/message.ts";
import { must } from "./violation.ts";
import type { World } from "./world/world.ts";

export const HEALED = "when all faults are over everybody reaches everybody";
export const LAST_VALUES = "who subscribes is given the last value of each subject, and nothing else";
/** Longest time a message takes through a world without faults. */
const SETTLE_MS = 3_000;

/** What must work in a world that has healed: tried from every node. */
export async function probe(world: World): Promise<void> {
  const nodes = world.processes;
  for (const process of nodes) world.silence(process);
  const heard = new Map<number, string[]>();
  const lasts = new Map<number, Message[]>();
  for (const { node, bus } of nodes) {
    heard.set(node, []);
    lasts.set(node, []);
    bus.subscribe("probe.of.*", ({ subject }) => void heard.get(node)?.push(subject));
    bus.subscribe("state.>", (message) => void lasts.get(node)?.push(message));
    bus.respond(`echo.of.${node}`, ({ payload }) => payload);
  }
  await world.pass(world.time.nowMs + SETTLE_MS);
  const answers: string[] = [];
  for (const { node, bus } of nodes) {
    Promise.resolve(bus.publish(`probe.of.${node}`)).catch((error) =>
      world.observer.note(`publish of ${node}: ${error.message}`),
    );
    for (const other of nodes)
      bus.request(`echo.of.${other.node}`, "", { timeoutMs: 1_000, retries: 0 }).then(
        () => answers.push(`${node} ${other.node}`),
        (error) => world.observer.note(`request of ${node} to ${other.node}: ${error.code} ${error.message}`),
      );
  }
  await world.pass(world.time.nowMs + SETTLE_MS);
  const all = nodes.map(({ node }) => `probe.of.${node}`).join(", ");
  for (const { node } of nodes) {
    const got = (heard.get(node) ?? []).sort().join(", ");
    world.observer.watch(() => must(got === all, HEALED, () => `node ${node} heard ${got} of ${all}`));
  }
  const asked = nodes.length ** 2;
  if (answers.length !== asked) world.observer.note(`answered: ${answers.join("; ")}`);
  const text = (): string => `${answers.length} of ${asked} requests between nodes were answered`;
  world.observer.watch(() => must(answers.length === asked, HEALED, text));
  for (const { node, now } of nodes) {
    const kept = [...world.lasts.values()].filter(
      ({ ttlMs, wallMs }) => ttlMs === undefined || now.wallMs < wallMs + ttlMs,
    );
    const wanted = kept.map(({ n }) => n).sort((one, other) => one - other);
    const got = (lasts.get(node) ?? []).map(({ payload }) => (payload as { n?: number } | null)?.n ?? -1);
    got.sort((one, other) => one - other);
    const given = (): string => `node ${node} was given [${got}] where [${wanted}] is kept`;
    world.observer.watch(() => must(`${got}` === `${wanted}`, LAST_VALUES, given));
  }
  await world.still();
}
