import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import { MAX_ALIASED_VALUES, MAX_DEPTH } from "./limits.ts";
import { isTreeMap, type Places, type Tree, type TreeMap } from "./places.ts";
import type { Problems } from "./problems.ts";
import { joinPath, type Place, type Source } from "./source.ts";
import type { YamlDocument } from "./yaml.ts";

/** Keys that would reach a prototype where somebody assigns them carelessly. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Turns a YAML document into plain values with their places. `undefined` for an empty document. */
export function toTree(
  document: YamlDocument,
  source: Source,
  places: Places,
  problems: Problems,
): { value: Tree; place: Place } | undefined {
  if (document.contents === null) return undefined;
  const place: Place = { source, start: document.contents.range[0], path: "" };
  const value = new Converter(source, places, problems).convert(document.contents, place, 0);
  return { value, place };
}

class Converter {
  readonly #source: Source;
  readonly #places: Places;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #aliased = 0;
  #insideAlias = 0;

  constructor(source: Source, places: Places, problems: Problems) {
    this.#source = source;
    this.#places = places;
    this.#problems = problems;
  }

  convert(node: Node | null, place: Place, depth: number): Tree {
    if (this.#insideAlias > 0) this.#aliased += 1;
    if (node === null) return null;
    if (isAlias(node)) return this.#alias(node.source, place, depth);
    if ("anchor" in node && node.anchor !== undefined && this.#insideAlias === 0) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#scalar(node, place);
    if (depth >= MAX_DEPTH) {
      this.#problems.error("CONFIG_TOO_DEEP", place, `nested deeper than ${MAX_DEPTH} levels`);
      return null;
    }
    this.#open.add(node);
    let value: Tree = null;
    if (isSeq(node)) value = this.#list(node.items, place, depth);
    else if (isMap(node)) value = this.#map(node.items as Pair<Node, Node | null>[], place, depth);
    this.#open.delete(node);
    return value;
  }

  /** An alias stands for a copy, so that a change here never shows there; the copies are bounded. */
  #alias(name: string, place: Place, depth: number): Tree {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#problems.error("CONFIG_ALIAS", place, `no anchor "&${name}" stands before this alias`);
      return null;
    }
    if (this.#open.has(target)) {
      this.#problems.error("CONFIG_ALIAS", place, `the alias "*${name}" contains itself`);
      return null;
    }
    if (this.#aliased > MAX_ALIASED_VALUES) {
      this.#problems.error("CONFIG_ALIAS", place, `aliases stand for more than ${MAX_ALIASED_VALUES} values`);
      return null;
    }
    this.#insideAlias += 1;
    const value = this.convert(target, place, depth);
    this.#insideAlias -= 1;
    return value;
  }

  #scalar(node: Scalar, place: Place): Tree {
    const { value } = node;
    if (typeof value === "string") return this.#text(value, place);
    if (typeof value === "boolean" || value === null) return value;
    if (typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
    const message = `${node.source ?? String(value)} is not a number that can be held exactly`;
    this.#problems.error("CONFIG_NUMBER", place, message, "numbers lie between -(2^53 - 1) and 2^53 - 1");
    return 0;
  }

  #text(value: string, place: Place, at: "key" | "value" = "value"): string {
    if (value.includes("\0")) {
      this.#problems.error("CONFIG_ENCODING", place, "a NUL character cannot stand in a text", undefined, at);
    } else if (!value.isWellFormed()) {
      this.#problems.error("CONFIG_ENCODING", place, "half a surrogate pair cannot stand in a text", undefined, at);
    }
    return value.toWellFormed();
  }

  #list(items: readonly unknown[], place: Place, depth: number): Tree[] {
    const list: Tree[] = [];
    const members: Place[] = [];
    for (const [index, item] of items.entries()) {
      const node = isPair(item) ? null : (item as Node);
      const member = this.#place(node, joinPath(place.path, index), place);
      members.push(member);
      list.push(this.convert(node, member, depth + 1));
    }
    this.#places.setItems(list, members);
    return list;
  }

  #map(pairs: readonly Pair<Node, Node | null>[], place: Place, depth: number): TreeMap {
    const map: TreeMap = {};
    const merges: Pair<Node, Node | null>[] = [];
    for (const pair of pairs) {
      if (isScalar(pair.key) && pair.key.type === "PLAIN" && pair.key.value === "<<") merges.push(pair);
      else this.#member(map, pair, place, depth);
    }
    for (const pair of merges) this.#merge(map, pair, place, depth);
    return map;
  }

  #member(map: TreeMap, pair: Pair<Node, Node | null>, place: Place, depth: number): void {
    const keyStart = pair.key?.range?.[0] ?? place.start;
    const at: Place = { source: this.#source, start: keyStart, key: keyStart, path: place.path };
    const key = this.#key(pair.key, at);
    if (key === undefined) return;
    const path = joinPath(place.path, key);
    const member: Place = { ...this.#place(pair.value, path, at), key: keyStart };
    const first = this.#places.get(map, key);
    if (first !== undefined) {
      const message = `the key "${key}" stands here twice, first at ${this.#problems.describe(first, "key")}`;
      this.#problems.error("CONFIG_DUPLICATE_KEY", member, message, "keep one of them", "key");
      return;
    }
    this.#places.set(map, key, member);
    map[key] = this.convert(pair.value, member, depth + 1);
  }

  #key(node: Node | null, at: Place): string | undefined {
    if (!isScalar(node) || node.value === null) {
      this.#problems.error("CONFIG_TYPE", at, "a key must be a text");
      return undefined;
    }
    const key = typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
    if (FORBIDDEN_KEYS.has(key)) {
      this.#problems.error(
        "CONFIG_FORBIDDEN_KEY",
        { ...at, path: joinPath(at.path, key) },
        `the key "${key}" is not allowed`,
      );
      return undefined;
    }
    return this.#text(key, at);
  }

  /** `<<`: members of other mappings that this one does not set itself. */
  #merge(map: TreeMap, pair: Pair<Node, Node | null>, place: Place, depth: number): void {
    const at = this.#place(pair.value, place.path, place);
    const merged = this.convert(pair.value, at, depth);
    for (const from of Array.isArray(merged) ? merged : [merged]) {
      if (!isTreeMap(from)) {
        this.#problems.error("CONFIG_TYPE", at, '"<<" takes a mapping or a list of mappings');
        continue;
      }
      for (const [key, value] of Object.entries(from)) {
        if (Object.hasOwn(map, key)) continue;
        map[key] = value;
        this.#places.set(map, key, this.#places.get(from, key) ?? at);
      }
    }
  }

  #place(node: Node | null, path: string, otherwise: Place): Place {
    return { source: this.#source, start: node?.range?.[0] ?? otherwise.start, path };
  }
}
