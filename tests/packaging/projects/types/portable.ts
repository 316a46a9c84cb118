// A strict TypeScript program that runs anywhere: no types of Node or of a bundler, the package's own types checked too.
import { type Clock, Polyphon, PolyphonError, portablePolyphon, type Session, type Store } from "polyphon";
import { type OpossumBreaker, opossum } from "polyphon/compat";
import { around, compose, Policies } from "polyphon/policies";
import { FakeClock } from "polyphon/testing";

const clock: Clock = new FakeClock();

export async function main(store: Store): Promise<number> {
  await using team = await Polyphon.open({ store, clock });
  team.agent("writer", { capabilities: ["writing"] }, async (task, context) => {
    context.signal.throwIfAborted();
    return `${task.key}: ${String(task.input)}`;
  });
  const session: Session = team.orchestrate({ tasks: [{ key: "A", needs: ["writing"], priority: "high" }] });
  session.progress$.subscribe((progress) => progress.percentage.toFixed(1));
  for await (const { percentage } of session.progress$) if (percentage > 50) break;
  // @ts-expect-error: not a priority
  team.orchestrate({ tasks: [{ key: "A", priority: "urgent" }] });
  // @ts-expect-error: a code that is not registered
  new PolyphonError("NO_SUCH_CODE", { message: "test" });
  return Object.keys((await session.result).outputs).length;
}

const policies = new Policies({ clock });
const policy = compose(
  policies.fallback(() => 0),
  policies.retry(),
  policies.timeout(1_000),
);
export const guarded: (name: string) => Promise<string | number> = around(policy, (call, name: string) => {
  call.signal.throwIfAborted();
  return name;
});
export const breaker: OpossumBreaker<[name: string], string> = new (opossum({ clock }))(async (name: string) => name);

export const another: unknown = portablePolyphon;
