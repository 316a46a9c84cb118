/** A listener, as `EventEmitter` of Node has them. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments differ from event to event, as in Node.
export type Listener = (...args: any[]) => void;

interface Entry {
  readonly listener: Listener;
  readonly isOnce: boolean;
}

/** The part of Node's `EventEmitter` that code around breakers uses, for any runtime. */
export class Emitter {
  readonly #entries = new Map<string, Entry[]>();

  /** Calls `listener` at each `event`. */
  on(event: string, listener: Listener): this {
    return this.#add(event, { listener, isOnce: false });
  }

  /** Calls `listener` at the next `event` only. */
  once(event: string, listener: Listener): this {
    return this.#add(event, { listener, isOnce: true });
  }

  addListener(event: string, listener: Listener): this {
    return this.on(event, listener);
  }

  /** Takes back the newest registration of `listener`. */
  off(event: string, listener: Listener): this {
    const entries = this.#entries.get(event) ?? [];
    const index = entries.findLastIndex((entry) => entry.listener === listener);
    // A list that is being run through stays as it is.
    if (index >= 0) this.#entries.set(event, entries.toSpliced(index, 1));
    return this;
  }

  removeListener(event: string, listener: Listener): this {
    return this.off(event, listener);
  }

  /** Takes back all registrations, or those of one event. */
  removeAllListeners(event?: string): this {
    if (event === undefined) this.#entries.clear();
    else this.#entries.delete(event);
    return this;
  }

  listenerCount(event: string): number {
    return this.#entries.get(event)?.length ?? 0;
  }

  eventNames(): string[] {
    return [...this.#entries].filter(([, entries]) => entries.length > 0).map(([name]) => name);
  }

  /** Calls the listeners in their order, at once. Answers whether there were any. */
  emit(event: string, ...args: unknown[]): boolean {
    const entries = this.#entries.get(event) ?? [];
    for (const { listener, isOnce } of entries) {
      if (isOnce) this.off(event, listener);
      listener.apply(this, args);
    }
    return entries.length > 0;
  }

  #add(event: string, entry: Entry): this {
    this.#entries.set(event, [...(this.#entries.get(event) ?? []), entry]);
    return this;
  }
}
