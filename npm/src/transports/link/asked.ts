import type { TransportAsker, TransportAsking, TransportMessage } from "../transport.ts";
import { ANSWERS_AHEAD, isLast } from "./asking.ts";
import type { Frame } from "./frames.ts";

/** What is asked for the other end of a link: its answers go there, as many as it has room for. */
export class Asked implements TransportAsker {
  /** What can be called off; there once it was asked. */
  asking: TransportAsking | undefined;
  readonly #rid: number;
  readonly #send: (frame: Frame) => void;
  readonly #ended: (error: unknown, isAnswered: boolean) => void;
  #room = ANSWERS_AHEAD;
  #wake: (() => void) | undefined;
  #isAnswered = false;
  #isOver = false;

  /** `ended` hears of the end once, and whether the last answer was sent. */
  constructor(rid: number, send: (frame: Frame) => void, ended: (error: unknown, isAnswered: boolean) => void) {
    this.#rid = rid;
    this.#send = send;
    this.#ended = ended;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  answer(message: TransportMessage): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    try {
      this.#send({ op: "rep", rid: this.#rid, message });
    } catch (error) {
      this.fail(error);
      return undefined;
    }
    this.#isAnswered = isLast(message);
    this.#room -= 1;
    if (this.#room > 0 || this.#isAnswered) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** An answer cannot be said: that is the last. */
  fail(error: unknown): void {
    this.#isAnswered = false;
    this.end(error);
    this.asking?.callOff();
  }

  end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wake?.();
    this.#ended(error, this.#isAnswered);
  }

  /** The other end has room for so many more. */
  more(count: number): void {
    this.#room += count;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Nobody waits for answers any more. */
  callOff(): void {
    if (this.#isOver) return;
    this.#isAnswered = true;
    this.end();
    this.asking?.callOff();
  }
}
