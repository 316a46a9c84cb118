import { isTreeMap, type Places, type Tree, type TreeMap } from "./places.ts";
import type { Problems } from "./problems.ts";
import type { Place } from "./source.ts";
import { parseBytes, parseDuration } from "./units.ts";

/** Adds the members of `from` to `into`. A member both have must say the same; otherwise it is a conflict. */
export function mergeInto(into: TreeMap, from: TreeMap, places: Places, problems: Problems): void {
  for (const [key, value] of Object.entries(from)) {
    const place = places.get(from, key);
    const earlier = Object.hasOwn(into, key) ? into[key] : undefined;
    if (earlier === undefined) {
      into[key] = value;
      if (place !== undefined) places.set(into, key, place);
    } else if (isTreeMap(earlier) && isTreeMap(value)) {
      mergeInto(earlier, value, places, problems);
    } else if (!sameValue(earlier, value)) {
      const first = places.get(into, key);
      if (place !== undefined && first !== undefined) reportConflict(place, value, first, earlier, problems);
    }
  }
}

/** Two places give one setting different values. */
export function reportConflict(
  place: Place,
  value: unknown,
  first: Place,
  firstValue: unknown,
  problems: Problems,
): void {
  const other = `${first.path} at ${problems.describe(first)} says ${brief(firstValue)}`;
  const message = `${place.path} is ${brief(value)} here, but ${other}`;
  problems.error("CONFIG_CONFLICT", place, message, "give both the same value, or remove one", "key");
}

/** Equal, also when one is written with a unit: `30` and `30s`, `512` and `512MB`. */
function sameValue(a: Tree, b: Tree): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index] as Tree));
  }
  if (isTreeMap(a) && isTreeMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key] as Tree, b[key] as Tree))
    );
  }
  if (typeof a === "number" && typeof b === "string") return sameAmount(a, b);
  if (typeof a === "string" && typeof b === "number") return sameAmount(b, a);
  return a === b;
}

function sameAmount(amount: number, text: string): boolean {
  return parseDuration(text) === amount * 1_000 || parseBytes(text) === amount * 1_048_576;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
