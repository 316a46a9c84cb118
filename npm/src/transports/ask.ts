import type {
  Transport,
  TransportAsker,
  TransportAsking,
  TransportMessage,
  TransportRequestOptions,
} from "./transport.ts";

const OVER: TransportAsking = { callOff: () => undefined };

/** Asks over any transport: one that can only `request` is asked that way. */
export function askOver(
  transport: Transport,
  message: TransportMessage,
  timeoutMs: number,
  asker: TransportAsker,
): TransportAsking {
  if (transport.ask !== undefined) return transport.ask(message, timeoutMs, asker);
  const abort = new AbortController();
  void drive(transport.request(message, { timeoutMs, signal: abort.signal }), asker, abort.signal);
  return { callOff: () => abort.abort(new DOMException("Nobody waits for the answer any more.", "AbortError")) };
}

/** What `ask` tells, as `request` gives it. */
export async function* answersOf(
  ask: (asker: TransportAsker) => TransportAsking,
  { signal }: TransportRequestOptions,
): AsyncGenerator<TransportMessage, void> {
  signal?.throwIfAborted();
  const answers = new Answers();
  const abort = (): void => answers.end(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const asking = ask(answers);
  try {
    for (let answer = await answers.next(); answer !== undefined; answer = await answers.next()) yield answer;
  } finally {
    signal?.removeEventListener("abort", abort);
    asking.callOff();
    answers.end();
  }
}

/** A request that cannot be made: its end is told, and there is nothing to call off. */
export function refusedAsk(asker: TransportAsker, error: unknown): TransportAsking {
  asker.end(error);
  return OVER;
}

async function drive(
  answers: AsyncIterable<TransportMessage>,
  asker: TransportAsker,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const answer of answers) {
      if (signal.aborted) return;
      await asker.answer(answer);
    }
  } catch (error) {
    if (!signal.aborted) asker.end(error);
    return;
  }
  if (!signal.aborted) asker.end();
}

/** Answers of one request that came and were not taken yet. */
class Answers implements TransportAsker {
  readonly #waiting: TransportMessage[] = [];
  #end: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #taken: (() => void) | undefined;

  answer(message: TransportMessage): Promise<void> | undefined {
    if (this.#end !== undefined) return undefined;
    this.#waiting.push(message);
    this.#wake?.();
    return new Promise((resolve) => {
      this.#taken = resolve;
    });
  }

  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
    // Whoever answers waits for nobody.
    this.#taken?.();
  }

  /** The next answer, or `undefined` at the end. Throws the error it ended with. */
  async next(): Promise<TransportMessage | undefined> {
    if (this.#waiting.length === 0) this.#taken?.();
    while (this.#waiting.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const message = this.#waiting.shift();
    if (message === undefined && this.#end?.error !== undefined) throw this.#end.error;
    return message;
  }
}
