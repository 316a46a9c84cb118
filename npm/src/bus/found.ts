/** Nearly always there is one, which needs no list around it: with many patterns each step further waits for memory. */
export type Entries<T> = T | Several<T> | undefined;

class Several<T> {
  readonly list: readonly T[];

  constructor(list: readonly T[]) {
    this.list = list;
  }
}

/** What is kept, as a list. */
export function all<T>(entries: Entries<T>): readonly T[] {
  if (entries === undefined) return [];
  return entries instanceof Several ? entries.list : [entries];
}

/** The same with one more. */
export function joined<T>(entries: Entries<T>, entry: T): Entries<T> {
  return listed([...all(entries), entry]);
}

/** Those of a list. */
export function listed<T>(list: readonly T[]): Entries<T> {
  return list.length > 1 ? new Several(list) : list[0];
}

/** Puts what is kept among what was found. */
export function append<T>(entries: T | Several<T>, found: Found<T>): void {
  if (!(entries instanceof Several)) {
    found.add(entries);
    return;
  }
  const { list } = entries;
  for (let at = 0; at < list.length; at++) found.add(list[at] as T);
}

/** What a search finds. It is used again and again: an array that is emptied gives its memory back, and has to ask for it anew. */
export class Found<T> {
  count = 0;
  readonly entries: (T | undefined)[] = [];

  add(entry: T): void {
    this.entries[this.count] = entry;
    this.count += 1;
  }

  clear(): void {
    for (let at = 0; at < this.count; at++) this.entries[at] = undefined;
    this.count = 0;
  }
}
