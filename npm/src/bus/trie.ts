import { all, append, type Entries, Found, joined, listed } from "./found.ts";
import { HashTable } from "./hash-table.ts";
import { hashOf, Scan, WORDS_OF, wordOf } from "./scan.ts";

/**
 * Who subscribed to what: finds every pattern that takes a subject in time that grows with the subject and the matches,
 * not with the number of patterns. Patterns and subjects are valid; what they mean is core/protocol's to say.
 */
export class Trie<T> {
  readonly #root = new Node<T>("");
  readonly #scan = new Scan();
  readonly #found = new Found<T>();
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
    if (isRest) node.rest = joined(node.rest, entry);
    else node.here = joined(node.here, entry);
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
    const entries = all(isRest ? last.rest : last.here);
    const at = entries.indexOf(entry);
    if (at < 0) return false;
    const left = listed(entries.toSpliced(at, 1));
    if (isRest) last.rest = left;
    else last.here = left;
    this.#size -= 1;
    for (let depth = tokens.length; depth > 0 && path[depth]?.isEmpty === true; depth--)
      path[depth - 1]?.drop(path[depth] as Node<T>);
    return true;
  }

  /** Appends the entries of every pattern that takes the subject to `found`. */
  match(subject: string, found: T[]): void {
    const all = this.#found;
    this.#scan.read(subject);
    this.matchScanned(subject, this.#scan, all);
    for (let at = 0; at < all.count; at++) found.push(all.entries[at] as T);
    all.clear();
  }

  /** The same for a subject that was taken apart already. */
  matchScanned(subject: string, scan: Scan, found: Found<T>): void {
    walk(this.#root, subject, scan, 0, found);
  }
}

class Node<T> {
  readonly hash: number;
  readonly last: number;
  readonly before: number;
  readonly length: number;
  /** The only literal child, while there is one. */
  sole: Node<T> | undefined = undefined;
  any: Node<T> | undefined = undefined;
  /** Entries whose pattern ends here. */
  here: Entries<T> = undefined;
  /** Entries whose pattern ends here with `>`. */
  rest: Entries<T> = undefined;
  /** Literal children, when there are several. */
  literals: HashTable<Node<T>> | undefined = undefined;
  readonly token: string;

  constructor(token: string) {
    this.hash = hashOf(token);
    this.last = wordOf(token, 0);
    this.before = wordOf(token, 4);
    this.length = token.length;
    this.token = token;
  }

  get isEmpty(): boolean {
    const { here, rest, any, sole, literals } = this;
    return (
      here === undefined && rest === undefined && any === undefined && sole === undefined && literals === undefined
    );
  }

  child(token: string): Node<T> | undefined {
    if (token === "*") return this.any;
    const { sole, literals } = this;
    if (literals === undefined) return sole?.token === token ? sole : undefined;
    const hash = hashOf(token);
    let at = literals.find(hash);
    while (at >= 0 && literals.entries[at]?.token !== token) at = literals.find(hash, at + 1);
    return literals.entries[at];
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

/** `begin` is the token that comes next. */
function walk<T>(start: Node<T>, subject: string, scan: Scan, begin: number, found: Found<T>): void {
  const { count } = scan;
  let node = start;
  for (let depth = begin; ; depth++) {
    if (node.rest !== undefined) append(node.rest, found);
    const { any } = node;
    const literal = literalOf(node, subject, scan, depth);
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

/** The child for a token of a subject. */
function literalOf<T>(parent: Node<T>, subject: string, scan: Scan, depth: number): Node<T> | undefined {
  const { sole, literals } = parent;
  if (sole !== undefined) return isToken(sole, subject, scan, depth) ? sole : undefined;
  if (literals === undefined) return undefined;
  const hash = scan.hashes[depth] as number;
  for (let at = literals.find(hash); at >= 0; at = literals.find(hash, at + 1)) {
    const node = literals.entries[at] as Node<T>;
    if (isToken(node, subject, scan, depth)) return node;
  }
  return undefined;
}

/** Whether it is a node's token that stands there. Of short ones the words say it all. */
function isToken<T>(node: Node<T>, subject: string, { ends, lasts, befores }: Scan, depth: number): boolean {
  if (node.last !== lasts[depth] || node.before !== befores[depth]) return false;
  const { length } = node;
  const end = ends[depth] as number;
  const from = depth === 0 ? 0 : (ends[depth - 1] as number) + 1;
  return length === end - from && (length <= WORDS_OF || subject.startsWith(node.token, from));
}
