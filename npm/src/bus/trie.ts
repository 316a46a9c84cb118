import { HashTable } from "./hash-table.ts";
import { hashOf, Scan } from "./scan.ts";

/**
 * Who subscribed to what: finds every pattern that takes a subject in time that grows with the subject and the matches,
 * not with the number of patterns. Patterns and subjects are valid; what they mean is core/protocol's to say.
 */
export class Trie<T> {
  readonly #root = new Node<T>("");
  readonly #scan = new Scan();
  #size = 0;

  /** How many entries there are. */
  get size(): number {
    return this.#size;
  }

  add(pattern: string, entry: T): void {
    const tokens = pattern.split(".");
    const isRest = tokens.at(-1) === ">";
    if (isRest) tokens.pop();
    let node = this.#root;
    for (const token of tokens) node = node.grow(token);
    if (isRest) node.rest = [...(node.rest ?? []), entry];
    else node.here = [...(node.here ?? []), entry];
    this.#size += 1;
  }

  /** Takes an entry out again; `false` when it is not there. */
  remove(pattern: string, entry: T): boolean {
    const tokens = pattern.split(".");
    const isRest = tokens.at(-1) === ">";
    if (isRest) tokens.pop();
    const path = [this.#root];
    for (const token of tokens) {
      const next = (path.at(-1) as Node<T>).child(token);
      if (next === undefined) return false;
      path.push(next);
    }
    const last = path.at(-1) as Node<T>;
    const entries = (isRest ? last.rest : last.here) ?? [];
    const at = entries.indexOf(entry);
    if (at < 0) return false;
    const left = entries.length === 1 ? undefined : entries.toSpliced(at, 1);
    if (isRest) last.rest = left;
    else last.here = left;
    this.#size -= 1;
    for (let depth = tokens.length; depth > 0 && path[depth]?.isEmpty === true; depth--)
      path[depth - 1]?.drop(path[depth] as Node<T>);
    return true;
  }

  /** Appends the entries of every pattern that takes the subject to `found`. */
  match(subject: string, found: T[]): void {
    this.#scan.read(subject);
    this.matchScanned(subject, this.#scan, found);
  }

  /** The same for a subject that was taken apart already. */
  matchScanned(subject: string, scan: Scan, found: T[]): void {
    walk(this.#root, subject, scan, 0, found);
  }
}

class Node<T> {
  readonly token: string;
  readonly hash: number;
  /** The only literal child, while there is one. */
  sole: Node<T> | undefined = undefined;
  any: Node<T> | undefined = undefined;
  /** Entries whose pattern ends here. */
  here: T[] | undefined = undefined;
  /** Entries whose pattern ends here with `>`. */
  rest: T[] | undefined = undefined;
  /** Literal children, when there are several. */
  literals: HashTable<Node<T>> | undefined = undefined;

  constructor(token: string) {
    this.token = token;
    this.hash = hashOf(token);
  }

  get isEmpty(): boolean {
    const { here, rest, any, sole, literals } = this;
    return (
      here === undefined && rest === undefined && any === undefined && sole === undefined && literals === undefined
    );
  }

  child(token: string): Node<T> | undefined {
    return token === "*" ? this.any : literalOf(this, hashOf(token), token, 0, token.length);
  }

  grow(token: string): Node<T> {
    const known = this.child(token);
    if (known !== undefined) return known;
    const node = new Node<T>(token);
    if (token === "*") this.any = node;
    else this.#put(node);
    return node;
  }

  drop(child: Node<T>): void {
    if (this.any === child) this.any = undefined;
    else if (this.sole === child) this.sole = undefined;
    else {
      this.literals?.remove(child);
      if (this.literals?.size === 0) this.literals = undefined;
    }
  }

  #put(node: Node<T>): void {
    if (this.sole === undefined && this.literals === undefined) {
      this.sole = node;
      return;
    }
    this.literals ??= new HashTable();
    if (this.sole !== undefined) this.literals.add(this.sole);
    this.sole = undefined;
    this.literals.add(node);
  }
}

/** `depth` is the token that comes next. */
function walk<T>(start: Node<T>, subject: string, scan: Scan, begin: number, found: T[]): void {
  const { count, ends, hashes } = scan;
  let node = start;
  for (let depth = begin; ; depth++) {
    if (node.rest !== undefined) append(node.rest, found);
    const { any } = node;
    const literal = literalOf(
      node,
      hashes[depth] as number,
      subject,
      depth === 0 ? 0 : (ends[depth - 1] as number) + 1,
      ends[depth] as number,
    );
    if (depth === count - 1) {
      if (literal?.here !== undefined) append(literal.here, found);
      if (any?.here !== undefined) append(any.here, found);
      return;
    }
    if (literal === undefined) {
      if (any === undefined) return;
      node = any;
    } else {
      if (any !== undefined) walk(any, subject, scan, depth + 1, found);
      node = literal;
    }
  }
}

/** The child for the part of a subject. Most have another hash, and no text is looked at. */
function literalOf<T>(parent: Node<T>, hash: number, subject: string, from: number, end: number): Node<T> | undefined {
  const { sole, literals } = parent;
  if (sole !== undefined) return sole.hash === hash && isAt(sole.token, subject, from, end) ? sole : undefined;
  if (literals === undefined) return undefined;
  for (let at = literals.find(hash); at >= 0; at = literals.find(hash, at + 1)) {
    const node = literals.entries[at] as Node<T>;
    if (isAt(node.token, subject, from, end)) return node;
  }
  return undefined;
}

function isAt(token: string, subject: string, from: number, end: number): boolean {
  if (token.length !== end - from) return false;
  for (let at = 0; at < token.length; at++) if (token.charCodeAt(at) !== subject.charCodeAt(from + at)) return false;
  return true;
}

function append<T>(entries: readonly T[], found: T[]): void {
  for (let at = 0; at < entries.length; at++) found.push(entries[at] as T);
}
