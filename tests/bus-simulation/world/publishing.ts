import type { PolyphonError } from "../../../npm/src/errors/error.ts";
import type { MessageFact } from "../facts.ts";
import type { Event } from "../plan.ts";
import { must } from "../violation.ts";
import { type Doors, REFUSED } from "./doors.ts";
import type { Observer } from "./observer.ts";
import type { Process } from "./process.ts";

/** Those who publish, and what they were told. */
export class Publishing {
  readonly #observer: Observer;
  readonly #doors: Doors;
  #orders = 0;

  constructor(observer: Observer, doors: Doors) {
    this.#observer = observer;
    this.#doors = doors;
  }

  publish(process: Process, event: Extract<Event, { kind: "publish" }>): void {
    const observer = this.#observer;
    const { n, node, subject, priority, ttlMs, retain = false, forget = false, broadcast = false } = event;
    const { monoMs: atMs, wallMs } = process.now;
    const message: MessageFact = {
      ...{ n, process: process.process, node, subject, priority, ttlMs, retain, forgets: forget, broadcast },
      ...{ order: this.#orders++, atMs, wallMs, outcome: "pending", home: 0, isRefusedAtHome: false },
    };
    observer.facts.messages.set(n, message);
    observer.see({ what: "published", message, place: process });
    const isRefused = process.model.refuses(message);
    const told = (outcome: string): void => {
      message.outcome = outcome;
      observer.count(`publish: ${outcome}`);
      observer.note(`message ${n} ${outcome}`);
      observer.see({ what: "told", message });
    };
    if (!isRefused) this.#doors.took(process, message);
    const options = { priority, retain, broadcast, ...(ttlMs !== undefined && { ttlMs }) };
    try {
      const wait = process.bus.publish(subject, forget ? undefined : { n }, options);
      observer.watch(() => must(!isRefused, REFUSED, () => `message ${n} had to be refused`));
      if (wait === undefined) told("taken");
      else
        wait.then(
          () => told("taken"),
          (error: PolyphonError) => told(error.code),
        );
    } catch (error) {
      const { code } = error as PolyphonError;
      observer.watch(() => must(isRefused, REFUSED, () => `message ${n} was refused: ${(error as Error).message}`));
      told(code);
    }
  }
}
