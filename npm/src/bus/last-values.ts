import type { Message } from "./message.ts";
import { matches } from "./subjects.ts";

/** Last values that others keep, by subject, for those here who subscribe later; bounded by number, the newest stay. */
export class LastValues {
  readonly #most: number;
  readonly #values = new Map<string, Message>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Keeps a value instead of the one before; a payload of `undefined` or `null` forgets. */
  keep(message: Message): void {
    const { subject } = message;
    this.#values.delete(subject);
    if ((message.payload ?? undefined) === undefined) return;
    this.#values.set(subject, message);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
  }

  forget(subject: string): void {
    this.#values.delete(subject);
  }

  /** Values of a pattern that have not expired. */
  of(pattern: string): Message[] {
    return [...this.#values.values()].filter((message) => !message.isExpired && matches(pattern, message.subject));
  }

  /** Nobody tells of changes to others than those of these patterns any more. */
  keepOnly(patterns: readonly string[]): void {
    for (const subject of this.#values.keys())
      if (!patterns.some((pattern) => matches(pattern, subject))) this.#values.delete(subject);
  }
}
