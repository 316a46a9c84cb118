import type { PolyphonError } from "../../errors/error.ts";
import type { TransportMessage } from "../transport.ts";

/** Answers of one request that came and were not taken yet. */
export class Answers {
  #buffer: TransportMessage[] = [];
  #end: { readonly error?: PolyphonError | undefined } | undefined;
  #wake: (() => void) | undefined;

  push(message: TransportMessage): void {
    if (this.#end !== undefined) return;
    this.#buffer.push(message);
    this.#wake?.();
  }

  /** There are no more; what came before is still given. */
  end(error?: PolyphonError): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** The next answer, or `undefined` at the end. Throws the error it ended with. */
  async next(): Promise<TransportMessage | undefined> {
    while (this.#buffer.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const message = this.#buffer.shift();
    if (message === undefined && this.#end?.error !== undefined) throw this.#end.error;
    return message;
  }
}
