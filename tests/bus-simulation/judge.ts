import type { Message } from "../../npm/src/bus/message.ts";
import type { CallFact, Counts, DoorFact, Facts, MessageFact, RequestFact, SubscriptionFact } from "./facts.ts";
import type { HubModel } from "./model/hub.ts";
import type { Now } from "./model/subscriber.ts";

/** A bus of one process, as an invariant may look at it. */
export interface Place {
  readonly node: number;
  readonly process: number;
  readonly model: HubModel;
  readonly isHome: boolean;
  readonly now: Now;
  countsOf(id: number): Counts;
}

/** What happens in a world, as it happens. */
export type Seen =
  | { readonly what: "published"; readonly message: MessageFact; readonly place: Place }
  | { readonly what: "told"; readonly message: MessageFact }
  | { readonly what: "delivered"; readonly to: SubscriptionFact; readonly as: Message; readonly place: Place }
  | { readonly what: "home"; readonly message: MessageFact; readonly from: number }
  | { readonly what: "handed"; readonly door: DoorFact; readonly n: number }
  | { readonly what: "came"; readonly door: DoorFact; readonly n: number }
  | { readonly what: "called"; readonly request: RequestFact | undefined; readonly call: CallFact; readonly n: number }
  | { readonly what: "answered"; readonly request: RequestFact; readonly call: number; readonly k: number }
  | { readonly what: "ended"; readonly request: RequestFact; readonly nowMs: number }
  | {
      readonly what: "closed";
      readonly place: Place;
      readonly id: number;
      readonly counts: Counts;
      readonly due: Counts;
    }
  /** Nothing moves until time does. */
  | { readonly what: "still"; readonly places: readonly Place[]; readonly outbox: number }
  /** Everything has healed, and nothing more comes. */
  | { readonly what: "calm"; readonly facts: Facts; readonly places: readonly Place[] };

/** Something that always holds. Throws a `Violation` where it does not. */
export interface Invariant {
  see(seen: Seen, facts: Facts): void;
}
