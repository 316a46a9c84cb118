/**
 * Who subscribed to what: finds every pattern that takes a subject in time that grows with the subject and the matches,
 * not with the number of patterns. Patterns and subjects are valid; what they mean is core/protocol's to say.
 */
export class Trie<T> {
  readonly #root = new Node<T>();
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
    (isRest ? node.rest : node.here).push(entry);
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
    const entries = isRest ? last.rest : last.here;
    const at = entries.indexOf(entry);
    if (at < 0) return false;
    entries.splice(at, 1);
    this.#size -= 1;
    for (let depth = tokens.length; depth > 0 && path[depth]?.isEmpty === true; depth--)
      path[depth - 1]?.drop(tokens[depth - 1] as string);
    return true;
  }

  /** Appends the entries of every pattern that takes the subject to `found`. */
  match(subject: string, found: T[]): void {
    walk(this.#root, subject, 0, found);
  }
}

class Node<T> {
  literals: Map<string, Node<T>> | undefined;
  any: Node<T> | undefined;
  /** Entries whose pattern ends here. */
  readonly here: T[] = [];
  /** Entries whose pattern ends here with `>`. */
  readonly rest: T[] = [];

  get isEmpty(): boolean {
    return (
      this.here.length === 0 && this.rest.length === 0 && this.any === undefined && (this.literals?.size ?? 0) === 0
    );
  }

  child(token: string): Node<T> | undefined {
    return token === "*" ? this.any : this.literals?.get(token);
  }

  grow(token: string): Node<T> {
    const known = this.child(token);
    if (known !== undefined) return known;
    const node = new Node<T>();
    if (token === "*") this.any = node;
    else {
      this.literals ??= new Map();
      this.literals.set(token, node);
    }
    return node;
  }

  drop(token: string): void {
    if (token === "*") this.any = undefined;
    else this.literals?.delete(token);
  }
}

/** `from` is where the next token begins. */
function walk<T>(start: Node<T>, subject: string, begin: number, found: T[]): void {
  let node = start;
  let from = begin;
  for (;;) {
    for (let at = 0; at < node.rest.length; at++) found.push(node.rest[at] as T);
    const point = subject.indexOf(".", from);
    const isLast = point < 0;
    const literal = node.literals?.get(isLast ? subject.slice(from) : subject.slice(from, point));
    const any = node.any;
    if (isLast) {
      if (literal !== undefined) for (let at = 0; at < literal.here.length; at++) found.push(literal.here[at] as T);
      if (any !== undefined) for (let at = 0; at < any.here.length; at++) found.push(any.here[at] as T);
      return;
    }
    if (literal === undefined) {
      if (any === undefined) return;
      node = any;
    } else {
      if (any !== undefined) walk(any, subject, point + 1, found);
      node = literal;
    }
    from = point + 1;
  }
}
