import type { Counts, MessageFact } from "../facts.ts";
import type { SubscriptionPlan } from "../plan.ts";
import { rankOf } from "./subjects.ts";

export interface Held {
  readonly message: MessageFact;
  readonly sinceMs: number;
}

/** Time as the process of a subscriber has it. */
export interface Now {
  readonly monoMs: number;
  readonly wallMs: number;
}

/** What a subscriber must be given and when, worked out the plain way: lists, and a look at each of their entries. */
export class SubscriberModel {
  readonly plan: SubscriptionPlan;
  /** What must have been handed on, and was not looked at yet. */
  readonly due: number[] = [];
  readonly waiting: Held[] = [];
  readonly blocked: Held[] = [];
  arrived = 0;
  #delivered = 0;
  #dropped = 0;
  #expired = 0;
  #open = 0;
  #credit: number;
  readonly ageingMs: number;
  /** What waited when the step began, and what was handed on since. */
  before: readonly Held[] = [];
  readonly gone: Set<MessageFact> = new Set();

  constructor(plan: SubscriptionPlan, ageingMs: number) {
    this.plan = plan;
    this.ageingMs = ageingMs;
    this.#credit = plan.mode === "loop" ? 0 : plan.credit;
  }

  get counts(): Counts {
    return {
      delivered: this.#delivered,
      dropped: this.#dropped,
      expired: this.#expired,
      waiting: this.waiting.length + this.blocked.length,
    };
  }

  get hasRoom(): boolean {
    return this.#open < this.#credit && this.waiting.length === 0 && this.blocked.length === 0;
  }

  wants({ priority }: MessageFact): boolean {
    return this.plan.least === undefined || rankOf(priority) >= rankOf(this.plan.least);
  }

  /** Whether the publisher must be refused. */
  refuses(message: MessageFact): boolean {
    const isFull = this.waiting.length >= this.plan.queue;
    return this.plan.overflow === "reject" && !this.hasRoom && isFull && this.wants(message);
  }

  arrive(message: MessageFact, now: Now): void {
    if (!this.wants(message)) return;
    this.arrived += 1;
    if (isOver(message, now)) {
      this.#expired += 1;
      return;
    }
    if (this.hasRoom) {
      this.#deliver(message);
      return;
    }
    const held = { message, sinceMs: now.monoMs };
    if (this.waiting.length < this.plan.queue) this.waiting.push(held);
    else if (this.plan.overflow !== "drop-oldest") this.blocked.push(held);
    else this.#displace(held);
  }

  /** A promise of the handler has settled. */
  settled(now: Now): void {
    this.#open -= 1;
    this.#handOn(now);
  }

  /** The reader of a loop asks for another one. */
  asked(now: Now): void {
    this.#credit += 1;
    this.#handOn(now);
  }

  /** A new step begins. */
  begin(): void {
    this.before = [...this.waiting];
    this.gone.clear();
  }

  stillWaits({ message }: Held, now: Now): boolean {
    return !this.gone.has(message) && !isOver(message, now);
  }

  close(): void {
    this.#dropped += this.waiting.length + this.blocked.length;
    this.waiting.length = 0;
    this.blocked.length = 0;
  }

  /** The oldest of the least urgent gives way, unless everything is more urgent. */
  #displace(held: Held): void {
    this.#dropped += 1;
    const rank = rankOf(held.message.priority);
    let victim: Held | undefined;
    for (const each of this.waiting) {
      const urgency = rankOf(each.message.priority);
      if (urgency <= rank && (victim === undefined || urgency < rankOf(victim.message.priority))) victim = each;
    }
    if (victim === undefined) return;
    this.waiting.splice(this.waiting.indexOf(victim), 1);
    this.waiting.push(held);
  }

  #handOn(now: Now): void {
    while (this.#open < this.#credit) {
      const held = this.#next();
      if (held === undefined) return;
      if (isOver(held.message, now)) this.#expired += 1;
      else this.#deliver(held.message);
    }
  }

  #next(): Held | undefined {
    const key = ({ sinceMs, message }: Held): number => sinceMs - rankOf(message.priority) * this.ageingMs;
    let best: Held | undefined;
    for (const each of this.waiting) {
      const isSooner = best === undefined || key(each) < key(best);
      const isTie = best !== undefined && key(each) === key(best);
      const isMoreUrgent = isTie && rankOf(each.message.priority) > rankOf((best as Held).message.priority);
      if (isSooner || isMoreUrgent) best = each;
    }
    if (best !== undefined) this.waiting.splice(this.waiting.indexOf(best), 1);
    const first = this.blocked.shift();
    if (best === undefined) return first;
    if (first !== undefined) this.waiting.push(first);
    return best;
  }

  #deliver(message: MessageFact): void {
    this.#delivered += 1;
    this.due.push(message.n);
    const { mode, habit } = this.plan;
    if (mode === "loop") this.#credit -= 1;
    else if (habit === "slow" || habit === "rejects" || habit === "dies") this.#open += 1;
  }
}

/** Whether its time is over for somebody whose wall clock says `wallMs`. */
export function isOver(message: MessageFact, { wallMs }: Pick<Now, "wallMs">): boolean {
  return message.ttlMs !== undefined && wallMs >= message.wallMs + message.ttlMs;
}
