import { indexedDbStore, Polyphon } from "../../../npm/src/browser.ts";
import { indexedDbSubject } from "../../../npm/src/stores/testing/indexeddb-subject.ts";
import { storeContract } from "../../../npm/src/testing/store-contract.ts";
import { type Outcome, Runner } from "./runner.ts";

/** What scenarios find in a page and in a worker. */
export interface Lab {
  readonly Polyphon: typeof Polyphon;
  readonly indexedDbStore: typeof indexedDbStore;
  /** Runs the store contract and answers how each test came out. */
  contract(): Promise<readonly Outcome[]>;
}

export const lab: Lab = {
  Polyphon,
  indexedDbStore,
  async contract() {
    const runner = new Runner();
    const can = { checksFrames: true, frameEdits: true, snapshotEdits: true } as const;
    storeContract("indexeddb", indexedDbSubject, can, runner);
    return runner.run();
  },
};

/** Two tasks, one after the other; answers what came of them. */
export async function twoTasks(name: string | undefined): Promise<string> {
  const team = await (name === undefined ? Polyphon.open() : Polyphon.open(name));
  team.agent("adder", { capabilities: ["add"] }, (task) => {
    const { a, b } = task.input as { readonly a: number; readonly b: number };
    return a + b;
  });
  const { status, outputs } = await team.orchestrate({
    tasks: [
      { key: "one", needs: ["add"], input: { a: 1, b: 0 } },
      { key: "two", needs: ["add"], input: { a: 1, b: 1 }, after: ["one"] },
    ],
  }).result;
  await team.close();
  return `${status} ${JSON.stringify(outputs)}`;
}
