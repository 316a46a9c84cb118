import type { PolyphonError } from "../../../npm/src/errors/error.ts";
import type { CallFact, RequestFact } from "../facts.ts";
import type { Event } from "../plan.ts";
import type { Observer } from "./observer.ts";
import type { Process } from "./process.ts";

/** How long it is between two answers of a stream, in milliseconds. */
const BETWEEN_MS = 20;
const ANSWERS = 5;

interface Answer {
  readonly call: number;
  readonly k: number;
}

/** Responders, and those who ask them. */
export class Asking {
  readonly #observer: Observer;
  #calls = 0;

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  respond(process: Process, event: Extract<Event, { kind: "respond" }>): () => void {
    const { id, subject, answering, workMs } = event;
    const { facts } = this.#observer;
    const subscription = process.bus.respond<{ readonly n: number }>(subject, ({ payload, signal }) => {
      const { n } = payload;
      const request = facts.requests.get(n);
      const call: CallFact = {
        ...{ id: ++this.#calls, responder: id, process: process.process, node: process.node, answering },
        ...{ isOver: false, isAborted: signal.aborted },
      };
      request?.calls.push(call);
      signal.addEventListener("abort", () => {
        call.isAborted = true;
      });
      this.#observer.note(`request ${n} to ${id}`);
      this.#observer.see({ what: "called", request, call, n });
      return this.#work(process, call, signal, workMs);
    });
    return () => subscription.unsubscribe();
  }

  async ask(process: Process, event: Extract<Event, { kind: "request" }>): Promise<void> {
    const { n, subject, timeoutMs, retries, many, readMs, cancelAfterMs } = event;
    const request: RequestFact = {
      ...{ n, node: process.node, process: process.process, subject, timeoutMs, retries, many },
      ...{ atMs: process.clock.monoMs(), calls: [], answers: [], cancelledMs: undefined, outcome: undefined },
    };
    this.#observer.facts.requests.set(n, request);
    const controller = new AbortController();
    if (cancelAfterMs !== undefined) {
      process.clock.after(cancelAfterMs, () => {
        if (request.outcome !== undefined) return;
        request.cancelledMs = process.clock.monoMs();
        controller.abort(new DOMException("called off", "AbortError"));
      });
    }
    const options = { timeoutMs, ...(!many && { retries }), signal: controller.signal };
    const payload = { n };
    try {
      if (many) await this.#readAll(process, request, readMs, options);
      else this.#take(request, await process.bus.request<Answer>(subject, payload, options));
      request.outcome = "answered";
    } catch (error) {
      request.outcome = (error as PolyphonError).code ?? (error as Error).name;
      if (typeof request.outcome === "number") request.outcome = (error as Error).name;
    }
    if (process.clock.isDead) return;
    this.#observer.count(`request: ${request.outcome}`);
    this.#observer.note(`request ${n} ${request.outcome}`);
    this.#observer.see({ what: "ended", request, nowMs: process.clock.monoMs() });
  }

  async #readAll(
    process: Process,
    request: RequestFact,
    readMs: number,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    for await (const answer of process.bus.requestMany<Answer>(request.subject, { n: request.n }, options)) {
      this.#take(request, answer);
      if (readMs > 0) await pause(process, readMs);
    }
  }

  #take(request: RequestFact, answer: Answer | undefined): void {
    // A stream may end without one.
    if (answer === undefined || answer === null) return;
    request.answers.push(answer);
    this.#observer.see({ what: "answered", request, ...answer });
  }

  #work(process: Process, call: CallFact, signal: AbortSignal, workMs: number): unknown {
    const done = (k: number): Answer => {
      call.isOver = true;
      return { call: call.id, k };
    };
    switch (call.answering) {
      case "at once":
        return done(0);
      case "slow":
        return pause(process, workMs).then(() => done(0));
      case "throws":
        done(0);
        throw new Error("a responder that fails");
      case "dies":
        return new Promise(() => undefined);
      case "stream":
        return stream(process, call, signal);
    }
  }
}

async function* stream(process: Process, call: CallFact, signal: AbortSignal): AsyncGenerator<Answer> {
  try {
    for (let k = 0; k < ANSWERS && !signal.aborted; k++) {
      await pause(process, BETWEEN_MS);
      yield { call: call.id, k };
    }
  } finally {
    call.isOver = true;
  }
}

function pause(process: Process, ms: number): Promise<void> {
  return new Promise((resolve) => process.clock.after(ms, resolve));
}
