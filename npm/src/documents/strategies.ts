import { AnswerReader } from "./codec/reader.ts";
import type { Drafts } from "./draft.ts";
import { invalid } from "./errors.ts";
import type { ConflictStrategy } from "./types.ts";

type Path = readonly (string | number)[];

const NUMBERS = { latest: 0, highest: 1, union: 2, counter: 3 } as const;

/** Strategies by path, in the order in which they were declared. */
export class Strategies {
  readonly #declared: readonly { readonly tokens: readonly string[]; readonly strategy: ConflictStrategy }[];

  /** Keys are paths with dots, where `*` stands for any one key or place. */
  constructor(declared: Readonly<Record<string, ConflictStrategy>>) {
    this.#declared = Object.entries(declared).map(([path, strategy]) => {
      if (typeof strategy !== "function" && !(strategy in NUMBERS)) throw invalid(`${path}: no strategy ${strategy}`);
      return { tokens: path.split("."), strategy };
    });
  }

  get isEmpty(): boolean {
    return this.#declared.length === 0;
  }

  /** Puts what was declared for it into the place of each conflict of a value. */
  settle(drafts: Drafts, root: unknown, conflicts: readonly Path[]): unknown {
    let settled = root;
    // What lies deeper first: a place around it is read after.
    for (const path of [...conflicts].reverse()) {
      const strategy = this.#of(path);
      if (strategy !== undefined) settled = put(settled, path, resolved(drafts, path, strategy));
    }
    return settled;
  }

  #of(path: Path): ConflictStrategy | undefined {
    return this.#declared.find(
      ({ tokens }) =>
        tokens.length === path.length && tokens.every((token, at) => token === "*" || token === String(path[at])),
    )?.strategy;
  }
}

function resolved(drafts: Drafts, path: Path, strategy: ConflictStrategy): unknown {
  const node = drafts.node(path.slice(0, -1));
  const key = path.at(-1);
  if (node === undefined || key === undefined) return undefined;
  if (typeof strategy === "function") {
    return strategy(new AnswerReader(drafts.replica.conflicts(node.handle, key)).conflicts());
  }
  return new AnswerReader(drafts.replica.resolve(node.handle, key, NUMBERS[strategy])).value();
}

function put(root: unknown, path: Path, value: unknown): unknown {
  let at = root as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
  return root;
}
