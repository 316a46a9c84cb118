import { PolyphonError } from "../errors/error.ts";
import type { Message } from "./message.ts";

/** The last value of each subject that has one, bounded by number. */
export class Retained {
  readonly #most: number;
  readonly #values = new Map<string, Message>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Keeps a message instead of the one before; a payload of `undefined` or `null` forgets. `BUS_LIMIT` when there is no room. */
  keep(message: Message): void {
    const { subject } = message;
    if ((message.payload ?? undefined) === undefined) {
      this.#values.delete(subject);
      return;
    }
    if (!this.#values.has(subject) && this.#values.size >= this.#most) this.#makeRoom();
    message.stamp();
    this.#values.set(subject, message);
  }

  get(subject: string): Message | undefined {
    const message = this.#values.get(subject);
    if (message === undefined || !message.isExpired) return message;
    this.#values.delete(subject);
    return undefined;
  }

  values(): Message[] {
    return [...this.#values.keys()].map((subject) => this.get(subject)).filter((message) => message !== undefined);
  }

  #makeRoom(): void {
    if (this.values().length < this.#most) return;
    throw new PolyphonError("BUS_LIMIT", {
      message: `the bus keeps at most ${this.#most} last values.`,
      details: { what: "last values", most: this.#most },
    });
  }
}
