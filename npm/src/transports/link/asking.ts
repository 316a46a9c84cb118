import { PolyphonError } from "../../errors/error.ts";
import { Deadline, type Deadlines } from "../../runtime/deadlines.ts";
import type { TransportAsker, TransportAsking, TransportMessage } from "../transport.ts";
import type { Frame } from "./frames.ts";

/** Answers of a request that may come before the first is taken; more are sent as these are. */
export const ANSWERS_AHEAD = 64;

/** What a request has of the end it is made at. */
export interface AskingParts {
  readonly deadlines: Deadlines;
  monoMs(): number;
  /** Says what nobody waits for. */
  tell(frame: Frame): void;
  forget(rid: number): void;
}

/** A request over a link whose answers are told one after the other. */
export class Asking extends Deadline implements TransportAsking {
  readonly #rid: number;
  readonly #timeoutMs: number;
  readonly #asker: TransportAsker;
  readonly #parts: AskingParts;
  /** What came while one was being taken. */
  #line: TransportMessage[] | undefined;
  #isTaking = false;
  #end: { readonly error: PolyphonError | undefined } | undefined;
  #taken = 0;
  #isOver = false;

  constructor(rid: number, timeoutMs: number, asker: TransportAsker, parts: AskingParts) {
    super();
    this.#rid = rid;
    this.#timeoutMs = timeoutMs;
    this.#asker = asker;
    this.#parts = parts;
  }

  /** The time for the next answer begins now. */
  watch(): void {
    if (!this.#isOver) this.#parts.deadlines.set(this, this.#timeoutMs, this.#parts.monoMs());
  }

  /** An answer came. */
  push(message: TransportMessage): void {
    if (this.#isOver) return;
    if (this.#isTaking) {
      this.#line ??= [];
      this.#line.push(message);
    } else this.#give(message);
  }

  /** There are no more; what came before is still given. */
  end(error?: PolyphonError): void {
    if (this.#isOver) return;
    if (this.#isTaking) this.#end ??= { error };
    else this.#finish(error);
  }

  /** The other end watches the same time; here it is watched in case there is no other end any more. */
  override expire(): void {
    if (this.#isOver) return;
    // Before anybody asks again.
    this.callOff();
    const message = `no answer came within ${this.#timeoutMs} ms.`;
    this.#asker.end(new PolyphonError("REQUEST_TIMEOUT", { message }));
  }

  callOff(): void {
    if (this.#isOver) return;
    this.#over();
    this.#parts.tell({ op: "cancel", rid: this.#rid });
  }

  #give(message: TransportMessage): void {
    this.#parts.deadlines.lift(this);
    this.#taken += 1;
    if (isLast(message)) {
      this.#over();
      const taken = this.#asker.answer(message);
      if (taken === undefined) this.#asker.end();
      else void taken.then(() => this.#asker.end());
      return;
    }
    const taken = this.#asker.answer(message);
    if (this.#taken % (ANSWERS_AHEAD / 2) === 0)
      this.#parts.tell({ op: "more", rid: this.#rid, count: ANSWERS_AHEAD / 2 });
    if (taken === undefined) {
      this.watch();
      return;
    }
    this.#isTaking = true;
    void taken.then(() => this.#next());
  }

  #next(): void {
    this.#isTaking = false;
    if (this.#isOver) return;
    const next = this.#line?.shift();
    if (next !== undefined) this.#give(next);
    else if (this.#end !== undefined) this.#finish(this.#end.error);
    else this.watch();
  }

  #finish(error: PolyphonError | undefined): void {
    this.#over();
    this.#asker.end(error);
  }

  #over(): void {
    this.#isOver = true;
    this.#parts.deadlines.lift(this);
    this.#parts.forget(this.#rid);
  }
}

/** Whether no answer follows this one. */
export function isLast({ kind, payload }: TransportMessage): boolean {
  return kind === "error" || (payload as { readonly done?: unknown } | null)?.done !== false;
}
