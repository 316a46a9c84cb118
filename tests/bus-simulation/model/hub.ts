import type { Counts, MessageFact } from "../facts.ts";
import type { SubscriptionPlan } from "../plan.ts";
import { must } from "../violation.ts";
import { takes } from "./subjects.ts";
import { type Now, SubscriberModel } from "./subscriber.ts";

export const ONE_OF_GROUP = "a message goes to one member of each group";

/** A subscription of a bus on its transport. */
export interface Joined {
  readonly pattern: string;
  readonly group: string | undefined;
  readonly overflow: string;
  readonly least: string | undefined;
}

/** Whose turn it was, to be seen by whose counts have grown. */
interface Choice {
  readonly message: MessageFact;
  readonly group: string;
  readonly members: readonly SubscriberModel[];
  /** Whether somebody elsewhere may have been chosen. */
  readonly mayBeElsewhere: boolean;
}

/** The subscribers of one bus that take messages which are not kept as last values. */
export class HubModel {
  readonly subscribers: Map<number, SubscriberModel> = new Map();
  readonly #isHome: boolean;
  readonly #ageingMs: number;
  readonly #choices: Choice[] = [];

  constructor(isHome: boolean, ageingMs: number) {
    this.#isHome = isHome;
    this.#ageingMs = ageingMs;
  }

  subscribe(plan: SubscriptionPlan): SubscriberModel {
    const subscriber = new SubscriberModel(plan, this.#ageingMs);
    this.subscribers.set(plan.id, subscriber);
    return subscriber;
  }

  unsubscribe(id: number): SubscriberModel | undefined {
    const subscriber = this.subscribers.get(id);
    subscriber?.close();
    this.subscribers.delete(id);
    return subscriber;
  }

  /** Whether somebody must refuse a message that is published here. */
  refuses(message: MessageFact): boolean {
    return this.#taking(message).some((subscriber) => subscriber.refuses(message));
  }

  /** A message is published here. `hasOthers` says of a group whether it has members elsewhere. */
  publish(message: MessageFact, now: Now, hasOthers: (group: string) => boolean): void {
    const groups = new Map<string, SubscriberModel[]>();
    for (const subscriber of this.#taking(message)) {
      const { group } = subscriber.plan;
      if (group === undefined) subscriber.arrive(message, now);
      else if (this.#isHome && message.broadcast) subscriber.arrive(message, now);
      else if (this.#isHome && subscriber.wants(message)) groups.set(group, [...(groups.get(group) ?? []), subscriber]);
    }
    for (const [group, members] of groups)
      this.#choices.push({ message, group, members, mayBeElsewhere: hasOthers(group) });
  }

  /** A message came over the transport, for those with a pattern. */
  come(message: MessageFact, now: Now, { pattern, group, overflow, least }: Joined): void {
    const all = [...this.subscribers.values()].filter(
      ({ plan }) =>
        plan.pattern === pattern &&
        plan.group === group &&
        plan.overflow === overflow &&
        (group === undefined || plan.least === least),
    );
    if (group === undefined || message.broadcast) {
      for (const subscriber of all) subscriber.arrive(message, now);
      return;
    }
    const members = all.filter((subscriber) => subscriber.wants(message));
    // They may have left while it was on its way.
    must(
      all.length === 0 || members.length > 0,
      ONE_OF_GROUP,
      () => `message ${message.n} came where nobody of ${group} takes it`,
    );
    if (members.length > 0) this.#choices.push({ message, group, members, mayBeElsewhere: false });
  }

  /** Finds out who was chosen: the one whose counts have grown since. Answers how many were. */
  choose(now: Now, countsOf: (id: number) => Counts): { readonly message: MessageFact; readonly group: string }[] {
    const here: { readonly message: MessageFact; readonly group: string }[] = [];
    const choices = this.#choices.splice(0);
    for (const [at, { message, group, members, mayBeElsewhere }] of choices.entries()) {
      const chosen = members.filter((member) => total(countsOf(member.plan.id)) > member.arrived);
      const names = (): string => chosen.map(({ plan }) => plan.id).join(", ");
      // Those that came with it are told apart by their order.
      const open = choices.slice(at).filter((choice) => choice.group === group).length;
      must(chosen.length <= open, ONE_OF_GROUP, () => `message ${message.n} went to ${names()} of group ${group}`);
      const [member] = chosen;
      must(
        member !== undefined || mayBeElsewhere,
        ONE_OF_GROUP,
        () => `message ${message.n} went to nobody of ${group}`,
      );
      if (member === undefined) continue;
      const isIdle = members.some((other) => other.hasRoom);
      must(member.hasRoom || !isIdle, ONE_OF_GROUP, () => {
        return `message ${message.n} waits for subscription ${member.plan.id}, though others of group ${group} have room`;
      });
      member.arrive(message, now);
      here.push({ message, group });
    }
    return here;
  }

  #taking({ subject }: MessageFact): SubscriberModel[] {
    return [...this.subscribers.values()].filter(({ plan }) => takes(plan.pattern, subject));
  }
}

function total({ delivered, dropped, expired, waiting }: Counts): number {
  return delivered + dropped + expired + waiting;
}
