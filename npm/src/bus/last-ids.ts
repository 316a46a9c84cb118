import type { TransportMessage } from "../transports/transport.ts";

/** The id of the last value that came for each subject, bounded by number: the newest stay. */
export class LastIds {
  readonly #most: number;
  readonly #ids = new Map<string, string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether it is another value than the one that came last. */
  isNew({ subject, id }: TransportMessage): boolean {
    if (this.#ids.get(subject) === id) return false;
    this.#ids.delete(subject);
    this.#ids.set(subject, id);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > this.#most && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}
