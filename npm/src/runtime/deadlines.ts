import type { Clock } from "./clock.ts";

/** Something that ends at a time unless it is over before. */
export class Deadline {
  /** @internal */
  before: Deadline | undefined;
  /** @internal */
  behind: Deadline | undefined;
  /** @internal */
  list: List | undefined;
  /** @internal */
  dueMs = 0;

  /** Called when its time has come. */
  expire(): void {}
}

/** Those with the same length: the first to begin is the first to end. */
interface List {
  readonly ms: number;
  first: Deadline | undefined;
  last: Deadline | undefined;
  callOff: (() => void) | undefined;
  isIdling: boolean;
  /** Its deadlines are being called: who sets one anew does not set the timer, which is due for the first of all. */
  isFiring: boolean;
}

/**
 * Deadlines by the thousand, most of which are never reached: one timer for each length instead of one for each deadline,
 * so setting and lifting one costs a few pointers.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #lists = new Map<number, List>();
  /** Nearly all deadlines have the same length. */
  #recent: List | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `deadline.expire()` called `ms` after `nowMs`, which is the time now. */
  set(deadline: Deadline, ms: number, nowMs: number): void {
    const list = this.#recent?.ms === ms ? this.#recent : this.#listOf(ms);
    deadline.dueMs = nowMs + ms;
    deadline.list = list;
    deadline.before = list.last;
    if (list.last === undefined) list.first = deadline;
    else list.last.behind = deadline;
    list.last = deadline;
    if (list.callOff === undefined && !list.isFiring) this.#arm(list, ms);
  }

  /** It is over in time. Safe when it was never set. */
  lift(deadline: Deadline): void {
    const { list, before, behind } = deadline;
    if (list === undefined) return;
    if (before === undefined) list.first = behind;
    else before.behind = behind;
    if (behind === undefined) list.last = before;
    else behind.before = before;
    deadline.list = undefined;
    deadline.before = undefined;
    deadline.behind = undefined;
    if (list.first === undefined && !list.isIdling) this.#idle(list);
  }

  /** Those that are set, in no order. */
  all(): Deadline[] {
    const all: Deadline[] = [];
    for (const list of this.#lists.values())
      for (let each = list.first; each !== undefined; each = each.behind) all.push(each);
    return all;
  }

  #listOf(ms: number): List {
    let list = this.#lists.get(ms);
    if (list === undefined) {
      list = { ms, first: undefined, last: undefined, callOff: undefined, isIdling: false, isFiring: false };
      this.#lists.set(ms, list);
    }
    this.#recent = list;
    return list;
  }

  #arm(list: List, ms: number): void {
    list.callOff = this.#clock.after(ms, () => this.#fire(list));
  }

  #fire(list: List): void {
    list.callOff = undefined;
    const nowMs = this.#clock.monoMs();
    list.isFiring = true;
    // Timers may come a little early.
    while (list.first !== undefined && list.first.dueMs <= nowMs + 0.5) {
      const { first } = list;
      this.lift(first);
      first.expire();
    }
    list.isFiring = false;
    if (list.first === undefined) this.#drop(list);
    else this.#arm(list, Math.max(list.first.dueMs - nowMs, 0));
  }

  /** A timer that waits for nothing must not keep the process; whether another deadline follows is known a turn later. */
  #idle(list: List): void {
    if (list.callOff === undefined) return;
    list.isIdling = true;
    this.#clock.soon(() => {
      list.isIdling = false;
      if (list.first !== undefined) return;
      list.callOff?.();
      list.callOff = undefined;
      this.#drop(list);
    });
  }

  #drop(list: List): void {
    if (list.first !== undefined || list.callOff !== undefined) return;
    this.#lists.delete(list.ms);
    if (this.#recent === list) this.#recent = undefined;
  }
}
