import { PolyphonError } from "../../errors/error.ts";
import type { ThreadRefusal, ThreadReport } from "./messages.ts";

interface Asked {
  readonly resolve: () => void;
  readonly reject: (error: PolyphonError) => void;
}

/** Requests for more time on their way out of a thread, until they are answered. */
export class Extensions {
  readonly #post: (report: ThreadReport) => void;
  readonly #asked = new Map<number, Asked>();
  #next = 1;

  constructor(post: (report: ThreadReport) => void) {
    this.#post = post;
  }

  ask(ms: number): Promise<void> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post({ type: "extend", id, ms });
    });
  }

  answered(id: number, refusal: ThreadRefusal | null): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (refusal === null) asked?.resolve();
    else asked?.reject(new PolyphonError(refusal.code, { message: refusal.message, retryable: refusal.retryable }));
  }
}
