import type { Call } from "./call.ts";

/** Calls that wait for their turn, first come, first served. */
export class Line {
  readonly #waiters = new Set<() => void>();

  get length(): number {
    return this.#waiters.size;
  }

  /** Waits at the end of the line. `left` runs when the call is aborted before its turn. */
  join(call: Call, left: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        takeBack();
        resolve();
      };
      const takeBack = call.onAbort(() => {
        this.#waiters.delete(go);
        left();
        reject(call.reason);
      });
      this.#waiters.add(go);
    });
  }

  /** It is the first one's turn. */
  next(): void {
    const [first] = this.#waiters;
    if (first === undefined) return;
    this.#waiters.delete(first);
    first();
  }
}
