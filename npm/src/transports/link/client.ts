import { checkPattern, checkSubject } from "../../bus/subjects.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Deadlines } from "../../runtime/deadlines.ts";
import { answersOf, refusedAsk } from "../ask.ts";
import type {
  Transport,
  TransportAsker,
  TransportAsking,
  TransportHealth,
  TransportMessage,
  TransportRequestOptions,
  TransportSpeech,
  TransportState,
  TransportSubscribeOptions,
  TransportSubscription,
} from "../transport.ts";
import { Asking, type AskingParts } from "./asking.ts";
import { fromWire, lost, transportClosed } from "./errors.ts";
import type { Frame } from "./frames.ts";
import { Link } from "./link.ts";
import { plain } from "./plain.ts";
import { Deliveries } from "./subscription.ts";

/** Frames that may wait for the other end. */
const FRAMES_MOST = 4_096;
/** Calls that may be open at once; more wait their turn. */
const CALLS_MOST = 256;

interface Call {
  resolve(): void;
  reject(error: PolyphonError): void;
}

/** The end of a link that publishes, subscribes and asks on a bus at the other end. */
export class LinkTransport implements Transport {
  readonly kind: string;
  readonly durability = "none";
  readonly ordering = "publisher-subject";
  readonly #calls = new Map<number, Call>();
  readonly #line: (() => void)[] = [];
  readonly #subscriptions = new Map<number, Deliveries>();
  readonly #requests = new Map<number, Asking>();
  readonly #asking: AskingParts;
  readonly #release: () => void;
  readonly #onError: (error: PolyphonError) => void;
  #link: Link;
  #next = 1;
  #state: TransportState = "connecting";
  #reason: string | undefined;
  #failure: PolyphonError | undefined;
  #speaks: TransportSpeech | undefined;
  /** Milliseconds a way there and back took, as far as that is measured. */
  roundTripMs: number | undefined;

  /** `release` ends the connection when the transport is closed; `onError` hears of what no caller hears of. */
  constructor(kind: string, clock: Clock, release: () => void, onError: (error: PolyphonError) => void) {
    this.kind = kind;
    this.#release = release;
    this.#onError = onError;
    this.#link = this.#makeLink();
    this.#asking = {
      deadlines: new Deadlines(clock),
      monoMs: () => clock.monoMs(),
      tell: (frame) => this.#tell(frame),
      forget: (rid) => this.#requests.delete(rid),
    };
  }

  get link(): Link {
    return this.#link;
  }

  /** The connection stands; `speaks` is what both ends agreed on. */
  connected(speaks?: TransportSpeech): void {
    if (this.#state === "connecting") this.#state = "up";
    this.#speaks = speaks;
    this.#reason = undefined;
  }

  /** The connection broke; another is being made. */
  disconnected(reason: string): void {
    if (this.#state === "up") this.#state = "connecting";
    this.#reason = reason;
  }

  /** The session is gone: what was under way is lost, and subscriptions are made anew over `cursor` 0. */
  restart(reason: string): void {
    this.#link.abandon();
    this.#link = this.#makeLink();
    this.#fail(lost(this.kind, reason));
    for (const deliveries of this.#subscriptions.values()) {
      // One that was just being made was told that it is lost.
      if (!deliveries.isMade) continue;
      deliveries.forget();
      this.#call((n) => deliveries.frame(n)).catch((error: PolyphonError) => this.#unmade(deliveries, error));
    }
  }

  /** There is no way back: everything ends with `error`. */
  end(error: PolyphonError): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failure ??= error;
    this.#reason ??= error.message;
    this.#link.abandon();
    this.#fail(error);
    for (const wake of this.#line.splice(0)) wake();
    for (const deliveries of this.#subscriptions.values()) deliveries.end();
    this.#subscriptions.clear();
    this.#release();
  }

  async publish(message: TransportMessage): Promise<void> {
    this.#check();
    checkSubject(message.subject);
    // A copy of its fields: it may be sent again later, when its sender has gone on.
    const copy = plain(message);
    await this.#call((n) => ({ op: "pub", n, message: copy }));
  }

  async subscribe(
    pattern: string,
    deliver: (message: TransportMessage) => unknown,
    options: TransportSubscribeOptions = {},
  ): Promise<TransportSubscription> {
    this.#check();
    checkPattern(pattern);
    const sid = this.#next++;
    const deliveries = new Deliveries(sid, pattern, options, deliver, (frame) => this.#tell(frame));
    this.#subscriptions.set(sid, deliveries);
    try {
      await this.#call((n) => deliveries.frame(n));
      deliveries.isMade = true;
    } catch (error) {
      this.#subscriptions.delete(sid);
      throw error;
    }
    return {
      unsubscribe: async () => {
        if (!this.#subscriptions.delete(sid)) return;
        deliveries.end();
        await this.#call((n) => ({ op: "unsub", n, sid })).catch(() => undefined);
      },
    };
  }

  request(message: TransportMessage, options: TransportRequestOptions = {}): AsyncGenerator<TransportMessage, void> {
    return answersOf((asker) => this.ask(message, options.timeoutMs ?? 5_000, asker), options);
  }

  ask(message: TransportMessage, timeoutMs: number, asker: TransportAsker): TransportAsking {
    const rid = this.#next++;
    try {
      this.#check();
      checkSubject(message.subject);
      const asking = new Asking(rid, timeoutMs, asker, this.#asking);
      this.#requests.set(rid, asking);
      this.#link.send({ op: "req", rid, message: plain(message), timeoutMs });
      asking.watch();
      return asking;
    } catch (error) {
      const asking = this.#requests.get(rid);
      if (asking === undefined || !(error instanceof PolyphonError)) return refusedAsk(asker, error);
      asking.end(error);
      return asking;
    }
  }

  health(): TransportHealth {
    const health: TransportHealth = {
      state: this.#state,
      kind: this.kind,
      durability: this.durability,
      ordering: this.ordering,
      subscriptions: this.#subscriptions.size,
      waiting: this.#link.waiting,
      speaks: this.#state === "up" ? this.#speaks : undefined,
      roundTripMs: this.roundTripMs,
    };
    return this.#state === "up" || this.#reason === undefined ? health : { ...health, reason: this.#reason };
  }

  async drain(): Promise<void> {
    if (this.#state === "closed" || this.#state === "draining") return;
    const wasUp = this.#state === "up";
    this.#state = "draining";
    const subscriptions = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    if (!wasUp) return;
    await Promise.all([...this.#calls.keys()].map((n) => this.#settled(n)));
    for (const { sid } of subscriptions) await this.#call((n) => ({ op: "unsub", n, sid })).catch(() => undefined);
    await Promise.all(subscriptions.map((deliveries) => deliveries.idle()));
    await this.#link.flushed();
  }

  async close(): Promise<void> {
    this.end(transportClosed(this.kind));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
    await this.close();
  }

  #makeLink(): Link {
    return new Link({
      heard: (frame) => this.#heard(frame),
      unsendable: (frame, error) => this.#unsendable(frame, error),
      most: FRAMES_MOST,
    });
  }

  #heard(frame: Frame): void {
    switch (frame.op) {
      case "ok":
        this.#take(frame.n)?.resolve();
        break;
      case "no":
        this.#take(frame.n)?.reject(fromWire(frame.error));
        break;
      case "msg":
        this.#subscriptions.get(frame.sid)?.arrived(frame.message);
        break;
      case "rep":
        this.#requests.get(frame.rid)?.push(frame.message);
        break;
      case "end":
        this.#requests.get(frame.rid)?.end(frame.error && fromWire(frame.error));
        break;
      case "bye":
        break;
      default:
        throw new PolyphonError("TRANSPORT_INVALID", { message: `a server does not send ${frame.op}.` });
    }
  }

  async #call(make: (n: number) => Frame): Promise<void> {
    while (this.#calls.size >= CALLS_MOST) {
      await new Promise<void>((resolve) => this.#line.push(resolve));
      if (this.#failure !== undefined) throw this.#failure;
    }
    const n = this.#next++;
    const answered = new Promise<void>((resolve, reject) => this.#calls.set(n, { resolve, reject }));
    try {
      this.#link.send(make(n));
    } catch (error) {
      this.#take(n);
      throw error;
    }
    await answered;
  }

  /** The new session does not take a subscription of the old one: nothing will come. */
  #unmade(deliveries: Deliveries, error: PolyphonError): void {
    if (error.code === "TRANSPORT_LOST" || error.code === "TRANSPORT_CLOSED") return;
    this.#subscriptions.delete(deliveries.sid);
    deliveries.end();
    this.#onError(error);
  }

  #take(n: number): Call | undefined {
    const call = this.#calls.get(n);
    this.#calls.delete(n);
    this.#line.shift()?.();
    return call;
  }

  #settled(n: number): Promise<void> {
    const call = this.#calls.get(n);
    if (call === undefined) return Promise.resolve();
    return new Promise((done) => {
      const { resolve, reject } = call;
      this.#calls.set(n, {
        resolve: () => {
          resolve();
          done();
        },
        reject: (error) => {
          reject(error);
          done();
        },
      });
    });
  }

  #unsendable(frame: Frame, error: PolyphonError): void {
    if ("n" in frame) this.#take(frame.n)?.reject(error);
    else if (frame.op === "req") this.#requests.get(frame.rid)?.end(error);
  }

  /** Says what nobody waits for. Where there is no room the other end has forgotten us long ago. */
  #tell(frame: Frame): void {
    if (this.#state === "closed") return;
    try {
      this.#link.send(frame);
    } catch (error) {
      if (!(error instanceof PolyphonError)) throw error;
    }
  }

  #fail(error: PolyphonError): void {
    for (const call of [...this.#calls.values()]) call.reject(error);
    this.#calls.clear();
    for (const asking of [...this.#requests.values()]) asking.end(error);
    for (const wake of this.#line.splice(0)) wake();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#state === "draining") throw transportClosed(this.kind);
  }
}
