import { PolyphonError } from "../../errors/error.ts";
import { askOver } from "../ask.ts";
import type { Transport, TransportMessage, TransportSubscription } from "../transport.ts";
import { Asked } from "./asked.ts";
import { toWire } from "./errors.ts";
import type { Frame } from "./frames.ts";
import { Link } from "./link.ts";

/** Who is at the other end, as its door has found out. */
export interface Visitor {
  /** Name that everything it sends carries as its source; what a message says of itself counts for nothing. */
  readonly name: string;
  /** What it publishes, subscribes and asks on: a door of a bus with the visitor's rights and tenant. */
  readonly transport: Transport;
  /**
   * Whether it may publish to (and ask) a subject, or subscribe to a pattern; otherwise `BUS_DENIED`. Asked for subjects of
   * the runtime too, but not for the answer to a message it was given. Default: it may all.
   */
  readonly permits?: (action: "publish" | "subscribe", subject: string) => boolean;
}

/** What one end may use of the other. */
export interface LinkLimits {
  /** Subscriptions at once. Default 1,000. */
  readonly subscriptions: number;
  /** Publishes and requests that may be open at once; one more is `BUS_BACKPRESSURE`. Default 512. */
  readonly inFlight: number;
  /** Frames that may wait for a client that takes none; beyond that its session ends. Default 16,384. */
  readonly waiting: number;
}

/** Who hears of what goes wrong with a session. */
export interface SessionTroubles {
  /** The client took nothing for too long: its session must end. */
  overflow(error: PolyphonError): void;
  /** A message could not be written, for example because JSON cannot say its payload: it is lost. */
  unsent(error: PolyphonError): void;
}

interface Served {
  subscription: TransportSubscription | undefined;
  isOver: boolean;
  /** Deliveries the client has not settled, the oldest first. */
  readonly open: (() => void)[];
}

/** Messages whose answers are still expected, at most. */
const REPLIES_MOST = 10_000;

/** The end of a link that serves a client on a transport of its own process. */
export class LinkSession {
  readonly link: Link;
  readonly visitor: Visitor;
  readonly #limits: LinkLimits;
  readonly #troubles: SessionTroubles;
  readonly #subscriptions = new Map<number, Served>();
  readonly #requests = new Map<number, Asked>();
  /** Where answers to what was delivered may go. */
  readonly #replies = new Set<string>();
  #inFlight = 0;
  #isOver = false;
  #quiet: (() => void)[] = [];

  constructor(visitor: Visitor, limits: LinkLimits, troubles: SessionTroubles) {
    this.visitor = visitor;
    this.#limits = limits;
    this.#troubles = troubles;
    this.link = new Link({
      heard: (frame) => this.#heard(frame),
      unsendable: (frame, error) => this.#unsent(frame, error),
      most: limits.waiting,
    });
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** Resolves when nothing the client asked for is under way and everything has reached it. */
  async settled(): Promise<void> {
    while (this.#inFlight > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve));
    await this.link.flushed();
  }

  /** Ends its subscriptions, and resolves when the client has what is under way. */
  async drain(): Promise<void> {
    const served = [...this.#subscriptions.values()];
    await Promise.all(served.map(({ subscription }) => subscription?.unsubscribe()));
    await this.settled();
  }

  /** Ends its subscriptions and requests. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.link.abandon();
    const served = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const asked of [...this.#requests.values()]) asked.callOff();
    for (const { open } of served) for (const settle of open.splice(0)) settle();
    await Promise.all(served.map((one) => this.#unsubscribe(one)));
  }

  /** Says something. A client that takes nothing for too long loses its session; what cannot be written throws. */
  send(frame: Frame): void {
    if (this.#isOver) return;
    try {
      this.link.send(frame);
    } catch (error) {
      if (!(error instanceof PolyphonError) || error.code !== "BUS_BACKPRESSURE") throw error;
      this.#troubles.overflow(error);
    }
  }

  /** A frame that had waited cannot be written: who waits for it is told, or not waited for. */
  #unsent(frame: Frame, error: PolyphonError): void {
    this.#troubles.unsent(error);
    if (frame.op === "rep") {
      const asked = this.#requests.get(frame.rid);
      if (asked === undefined) this.send({ op: "end", rid: frame.rid, error: toWire(error) });
      else asked.fail(error);
    } else if (frame.op === "msg") this.#subscriptions.get(frame.sid)?.open.pop()?.();
  }

  #heard(frame: Frame): void {
    switch (frame.op) {
      case "pub":
        this.#answer(frame.n, async () => this.visitor.transport.publish(this.#stamped(frame.message)));
        break;
      case "sub":
        this.#answer(frame.n, () => this.#subscribe(frame));
        break;
      case "unsub": {
        const served = this.#subscriptions.get(frame.sid);
        this.#subscriptions.delete(frame.sid);
        this.#answer(frame.n, async () => served && this.#unsubscribe(served));
        break;
      }
      case "done":
        for (const settle of this.#subscriptions.get(frame.sid)?.open.splice(0, frame.count) ?? []) settle();
        break;
      case "req":
        this.#request(frame.rid, frame.message, frame.timeoutMs);
        break;
      case "more":
        this.#requests.get(frame.rid)?.more(frame.count);
        break;
      case "cancel":
        this.#requests.get(frame.rid)?.callOff();
        break;
      case "bye":
        break;
      default:
        throw new PolyphonError("TRANSPORT_INVALID", { message: `a client does not send ${frame.op}.` });
    }
  }

  /** A message as it may go on. Throws `BUS_DENIED`. */
  #stamped(message: TransportMessage): TransportMessage {
    if (!this.#replies.has(message.subject)) this.#permit("publish", message.subject);
    return { ...message, source: this.visitor.name };
  }

  #permit(action: "publish" | "subscribe", subject: string): void {
    if (this.visitor.permits?.(action, subject) !== false) return;
    const message = `${this.visitor.name} may not ${action} ${action === "publish" ? "to" : ""} ${subject}.`.replace(
      "  ",
      " ",
    );
    throw new PolyphonError("BUS_DENIED", { message, details: { principal: this.visitor.name, action, subject } });
  }

  #expectReply({ replyTo }: TransportMessage): void {
    if (replyTo === undefined || this.visitor.permits === undefined) return;
    this.#replies.add(replyTo);
    if (this.#replies.size <= REPLIES_MOST) return;
    const [oldest = ""] = this.#replies;
    this.#replies.delete(oldest);
  }

  #answer(n: number, body: () => Promise<unknown>): void {
    if (this.#inFlight >= this.#limits.inFlight) {
      const message = `${this.#inFlight} calls of this connection are open, which is its limit.`;
      this.send({ op: "no", n, error: toWire(new PolyphonError("BUS_BACKPRESSURE", { message })) });
      return;
    }
    this.#begin();
    body().then(
      () => {
        this.send({ op: "ok", n });
        this.#finish();
      },
      (error: unknown) => {
        this.send({ op: "no", n, error: toWire(error) });
        this.#finish();
      },
    );
  }

  async #subscribe({ sid, pattern, options }: Extract<Frame, { op: "sub" }>): Promise<void> {
    if (this.#subscriptions.size >= this.#limits.subscriptions) {
      const message = `a connection has at most ${this.#limits.subscriptions} subscriptions.`;
      throw new PolyphonError("TRANSPORT_LIMIT", { message });
    }
    this.#permit("subscribe", pattern);
    const served: Served = { subscription: undefined, isOver: false, open: [] };
    this.#subscriptions.set(sid, served);
    const deliver = (message: TransportMessage): Promise<void> | undefined => {
      if (served.isOver || this.#isOver) return undefined;
      try {
        this.#expectReply(message);
        this.send({ op: "msg", sid, message });
      } catch (error) {
        this.#troubles.unsent(error as PolyphonError);
        return undefined;
      }
      return new Promise<void>((resolve) => served.open.push(resolve));
    };
    try {
      served.subscription = await this.visitor.transport.subscribe(pattern, deliver, options);
    } catch (error) {
      this.#subscriptions.delete(sid);
      throw error;
    }
    if (served.isOver) await served.subscription.unsubscribe();
  }

  async #unsubscribe(served: Served): Promise<void> {
    served.isOver = true;
    await served.subscription?.unsubscribe();
    for (const settle of served.open.splice(0)) settle();
  }

  #request(rid: number, message: TransportMessage, timeoutMs: number): void {
    const asked = new Asked(
      rid,
      (frame) => this.send(frame),
      (error, isAnswered) => {
        this.#requests.delete(rid);
        if (!isAnswered) this.send(error === undefined ? { op: "end", rid } : { op: "end", rid, error: toWire(error) });
        this.#finish();
      },
    );
    this.#requests.set(rid, asked);
    this.#begin();
    try {
      if (this.#inFlight > this.#limits.inFlight) {
        const text = `${this.#limits.inFlight} calls of this connection are open, which is its limit.`;
        throw new PolyphonError("BUS_BACKPRESSURE", { message: text });
      }
      asked.asking = askOver(this.visitor.transport, this.#stamped(message), timeoutMs, asked);
    } catch (error) {
      asked.end(error);
    }
    // What ended before it could be called off.
    if (asked.isOver) asked.asking?.callOff();
  }

  #begin(): void {
    this.#inFlight += 1;
  }

  #finish(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) for (const resolve of this.#quiet.splice(0)) resolve();
  }
}
