import { PolyphonError } from "../../errors/error.ts";
import type { ThreadRefusal, ThreadReport } from "./messages.ts";

interface Asked {
  readonly resolve: () => void;
  readonly reject: (error: PolyphonError) => void;
}

/** What a thread asks of the outside and waits for. */
export type ThreadRequest =
  | { readonly type: "extend"; readonly ms: number }
  | { readonly type: "save"; readonly value: unknown };

/** Requests on their way out of a thread, until they are answered. */
export class Requests {
  readonly #post: (report: ThreadReport) => void;
  readonly #asked = new Map<number, Asked>();
  #next = 1;

  constructor(post: (report: ThreadReport) => void) {
    this.#post = post;
  }

  ask(request: ThreadRequest): Promise<void> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post({ ...request, id });
    });
  }

  answered(id: number, refusal: ThreadRefusal | null): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (refusal === null) asked?.resolve();
    else asked?.reject(new PolyphonError(refusal.code, { message: refusal.message, retryable: refusal.retryable }));
  }
}
