import type { Place } from "./source.ts";

/** A value as JSON knows it. Mappings have no key that reaches a prototype. */
export type Tree = null | boolean | number | string | Tree[] | TreeMap;
export interface TreeMap {
  [key: string]: Tree;
}

export const isTreeMap = (value: unknown): value is TreeMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where each member of each mapping and list stands. */
export class Places {
  readonly #members = new WeakMap<object, Map<string, Place>>();
  readonly #items = new WeakMap<readonly Tree[], Place[]>();

  set(map: TreeMap, key: string, place: Place): void {
    let members = this.#members.get(map);
    if (members === undefined) {
      members = new Map();
      this.#members.set(map, members);
    }
    members.set(key, place);
  }

  /** Says where the items of a list stand. */
  setItems(list: readonly Tree[], places: Place[]): void {
    this.#items.set(list, places);
  }

  get(container: TreeMap | readonly Tree[], key: string | number): Place | undefined {
    if (Array.isArray(container)) return this.#items.get(container)?.[Number(key)];
    return this.#members.get(container as TreeMap)?.get(String(key));
  }

  /** Place of the value at `path`, or of the nearest value around it. */
  find(root: Tree, path: readonly (string | number)[], otherwise: Place): Place {
    let place = otherwise;
    let value: Tree | undefined = root;
    for (const key of path) {
      if (typeof value !== "object" || value === null) break;
      place = this.get(value, key) ?? place;
      value = (value as Record<string | number, Tree | undefined>)[key];
    }
    return place;
  }

  /** Takes items out of a list, their places too; answers how many. */
  removeFrom(list: Tree[], indexes: ReadonlySet<number>): number {
    const before = list.length;
    const places = this.#items.get(list) ?? [];
    const kept = list.filter((_, index) => !indexes.has(index));
    this.#items.set(
      list,
      places.filter((_, index) => !indexes.has(index)),
    );
    list.length = 0;
    for (const item of kept) list.push(item);
    return before - list.length;
  }
}

/** The value at `path`, if there is one. */
export function valueAt(root: Tree, path: readonly (string | number)[]): Tree | undefined {
  let value: Tree | undefined = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, Tree>)[key];
  }
  return value;
}
