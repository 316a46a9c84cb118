import type { Answering, Priority, SubscriptionPlan } from "./plan.ts";

/** A message, as whoever published it knows it. */
export interface MessageFact {
  readonly n: number;
  /** The process that published it. */
  readonly process: number;
  readonly node: number;
  readonly subject: string;
  readonly priority: Priority;
  readonly ttlMs: number | undefined;
  readonly retain: boolean;
  readonly forgets: boolean;
  readonly broadcast: boolean;
  /** Its place among all that was published. */
  readonly order: number;
  readonly atMs: number;
  /** What its publisher's wall clock said. */
  readonly wallMs: number;
  /** What its publisher was told. */
  outcome: string;
  /** Times it came to the home bus. */
  home: number;
  /** Whether the home bus refused it. */
  isRefusedAtHome: boolean;
}

/** A subscription, as whoever made it knows it. */
export interface SubscriptionFact {
  readonly plan: SubscriptionPlan;
  readonly process: number;
  isOpen: boolean;
  /** Deliveries whose promise is open. */
  open: number;
}

/** What the bus says of a subscription. */
export interface Counts {
  readonly delivered: number;
  readonly dropped: number;
  readonly expired: number;
  readonly waiting: number;
}

/** One time a responder was called. */
export interface CallFact {
  readonly id: number;
  readonly responder: number;
  readonly process: number;
  readonly node: number;
  readonly answering: Answering;
  isOver: boolean;
  isAborted: boolean;
}

export interface RequestFact {
  readonly n: number;
  readonly node: number;
  readonly process: number;
  readonly subject: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly many: boolean;
  readonly atMs: number;
  readonly calls: CallFact[];
  readonly answers: { readonly call: number; readonly k: number }[];
  cancelledMs: number | undefined;
  outcome: string | undefined;
}

/** A subscription of a session on the home bus. */
export interface DoorFact {
  readonly id: number;
  readonly node: number;
  readonly pattern: string;
  readonly group: string | undefined;
  readonly overflow: string;
  /** Least priority its filter takes. */
  readonly least: string | undefined;
  isOpen: boolean;
  /** What the home bus took for it, what it handed over, and which of that came to the node. */
  readonly owed: number[];
  readonly handed: number[];
  readonly came: number[];
}

/** All that is known of a world without asking the bus. */
export class Facts {
  readonly messages: Map<number, MessageFact> = new Map();
  readonly subscriptions: Map<number, SubscriptionFact> = new Map();
  readonly requests: Map<number, RequestFact> = new Map();
  readonly doors: DoorFact[] = [];
  /** Nodes that lost a session or a process so far. */
  readonly broken: Set<number> = new Set();
}
