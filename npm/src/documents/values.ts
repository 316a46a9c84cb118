/** What a draft answers when it is asked whether it is one. */
export const DRAFT: unique symbol = Symbol("polyphon.draft");

/** Whether a value is part of a document that is being changed. */
export function isDraft(value: object): boolean {
  if (value instanceof Text || value instanceof Counter) return value.isAttached;
  return (value as { [DRAFT]?: unknown })[DRAFT] !== undefined;
}

/** Where an attached text or counter writes to. */
export interface TextTarget {
  length(): number;
  read(): string;
  splice(index: number, remove: number, insert: string): void;
}

/** Where an attached counter writes to. */
export interface CounterTarget {
  read(): number;
  increment(by: number): void;
}

/**
 * Characters that many edit at a time: edits of all are kept, where a string would be replaced whole. Made by {@link text},
 * or found in a draft. Places are UTF-16 units, as in strings.
 */
export class Text {
  readonly #target: TextTarget;
  /** Whether it stands in a document already. */
  readonly isAttached: boolean;

  constructor(target: TextTarget, isAttached = false) {
    this.#target = target;
    this.isAttached = isAttached;
  }

  get length(): number {
    return this.#target.length();
  }

  /** Removes `remove` units at `index` and puts others there. */
  splice(index: number, remove: number, insert = ""): void {
    this.#target.splice(index, remove, insert);
  }

  insert(index: number, insert: string): void {
    this.splice(index, 0, insert);
  }

  append(insert: string): void {
    this.splice(this.length, 0, insert);
  }

  delete(index: number, count = 1): void {
    this.splice(index, count);
  }

  toString(): string {
    return this.#target.read();
  }

  toJSON(): string {
    return this.toString();
  }
}

/** A number to which replicas add at a time; nothing that was added is lost. Made by {@link counter}, or found in a draft. */
export class Counter {
  readonly #target: CounterTarget;
  /** Whether it stands in a document already. */
  readonly isAttached: boolean;

  constructor(target: CounterTarget, isAttached = false) {
    this.#target = target;
    this.isAttached = isAttached;
  }

  get value(): number {
    return this.#target.read();
  }

  increment(by = 1): void {
    this.#target.increment(by);
  }

  decrement(by = 1): void {
    this.increment(-by);
  }

  valueOf(): number {
    return this.value;
  }

  toJSON(): number {
    return this.value;
  }
}

/** A text to put into a document. */
export function text(content = ""): Text {
  let now = content;
  return new Text({
    length: () => now.length,
    read: () => now,
    splice: (index, remove, insert) => {
      now = now.slice(0, index) + insert + now.slice(index + remove);
    },
  });
}

/** A counter to put into a document. */
export function counter(value = 0): Counter {
  let now = value;
  return new Counter({
    read: () => now,
    increment: (by) => {
      now += by;
    },
  });
}
