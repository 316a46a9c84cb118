import { isTreeMap, type Places, type Tree, type TreeMap, valueAt } from "./places.ts";
import type { Problems } from "./problems.ts";
import { type ConfigFile, configFile } from "./schema/root.ts";
import { type Path, ShapeReporter } from "./shape-report.ts";
import type { Place } from "./source.ts";

/** What remains of a configuration once everything of the wrong shape has been reported and left out. */
export interface Shaped {
  readonly config: ConfigFile;
  /** Names of tasks and classes that were left out, so that references to them are not called unknown. */
  readonly lost: ReadonlySet<string>;
}

/**
 * Checks the shape of a merged configuration. Bad parts are reported and cut out of `root`, so that what refers to other
 * parts can be checked in the same go.
 */
export function checkShape(root: TreeMap, at: Place, places: Places, problems: Problems): Shaped {
  const reporter = new ShapeReporter(root, at, places, problems);
  const lost = new Set<string>();
  for (let round = 1; ; round += 1) {
    const result = configFile.safeParse(root);
    if (result.success) return { config: result.data, lost };
    // Everything is found in the first round; later ones only see what the cuts left behind, such as a key without its list.
    const cuts = result.error.issues.flatMap((issue) => reporter.report(issue, [], round === 1));
    for (const path of cuts) if (holdsTasks(path)) collectNames(path.at(-1), valueAt(root, path), lost);
    if (cut(root, cuts, places) === 0) return { config: {}, lost };
  }
}

/** Removes the members at `paths`; answers how many there were. */
function cut(root: TreeMap, paths: readonly Path[], places: Places): number {
  const fromLists = new Map<Tree[], Set<number>>();
  let removed = 0;
  for (const path of paths) {
    const parent = valueAt(root, path.slice(0, -1));
    const key = path.at(-1);
    if (Array.isArray(parent) && typeof key === "number") {
      fromLists.set(parent, (fromLists.get(parent) ?? new Set()).add(key));
    } else if (isTreeMap(parent) && key !== undefined && Object.hasOwn(parent, key)) {
      delete parent[key];
      removed += 1;
    }
  }
  for (const [list, indexes] of fromLists) removed += places.removeFrom(list, indexes);
  return removed;
}

function holdsTasks(path: Path): boolean {
  if (path[0] !== "orchestrator" || (path.length > 1 && path[1] !== "task_definitions")) return false;
  return path.length <= 4 || path.includes("subtasks") || path.at(-1) === "id";
}

/** Whatever in a part that is left out could be the name of a class or a task. */
function collectNames(key: string | number | undefined, value: Tree | undefined, names: Set<string>): void {
  if (typeof key === "string") names.add(key);
  if (Array.isArray(value)) for (const item of value) collectNames(undefined, item, names);
  else if (!isTreeMap(value)) names.add(String(value));
  else if (!Object.hasOwn(value, "id"))
    for (const [name, member] of Object.entries(value)) collectNames(name, member, names);
  else
    for (const member of [value.id, value.subtasks]) if (member !== undefined) collectNames(undefined, member, names);
}
