import type { Message } from "../../bus/message.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { BusLine } from "../formats/bus-line.ts";
import { Messaging } from "../function/messaging.ts";
import type { Attempt } from "../host.ts";
import { within } from "../within.ts";
import type { ProgramInput } from "./program-input.ts";

/** Subscriptions of one program. */
const SUBSCRIPTIONS_MOST = 64;
/** Requests it waits for, and messages it published that wait for room. */
const OPEN_MOST = 256;
/** Time that what it published has to leave after its end, in milliseconds. */
const LEAVE_MS = 1_000;

/** A subscription of a program, by the id it gave. */
interface Held {
  unsubscribe(): void;
}

/** Whoever waits for the program's answer to a message. */
interface Asker {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/**
 * The bus for one try of a program: what its lines ask for is done with the rights and under the name of its agent, what
 * comes goes to its standard input. A program that does not read is a slow subscriber: nobody waits for it.
 */
export class ProgramBus {
  readonly #attempt: Attempt;
  readonly #input: ProgramInput;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  readonly #asked = new Map<string, Asker>();
  readonly #publishing = new Set<Promise<unknown>>();
  #requests = 0;
  #delivered = 0;
  #messaging: Messaging | undefined;

  constructor(attempt: Attempt, input: ProgramInput, clock: Clock) {
    this.#attempt = attempt;
    this.#input = input;
    this.#clock = clock;
  }

  /** Does what a line asks for. What is refused is told to the program, by the line's own id. */
  take(line: BusLine): void {
    switch (line.type) {
      case "publish":
        this.#publish(line);
        break;
      case "subscribe":
        this.#subscribe(line);
        break;
      case "unsubscribe":
        this.#held.get(line.id)?.unsubscribe();
        this.#held.delete(line.id);
        break;
      case "request":
        void this.#request(line);
        break;
      case "reply":
        this.#reply(line);
    }
  }

  /** The try was asked to end: requests end, and so does the program's input. */
  stop(reason: unknown): void {
    this.#messaging?.stop(reason);
    this.#input.end();
  }

  /** The program has ended. Resolves when what it published has left, or waited too long for subscribers that are full. */
  async end(): Promise<void> {
    for (const asker of this.#asked.values()) asker.reject(failed("the program ended without an answer."));
    this.#asked.clear();
    await within(this.#clock, Promise.allSettled(this.#publishing), LEAVE_MS);
    this.#messaging?.end();
    this.#input.end();
  }

  #publish({ id, subject, payload, options }: Extract<BusLine, { type: "publish" }>): void {
    try {
      if (this.#publishing.size >= OPEN_MOST) throw tooMany("messages wait for room");
      const waiting = this.#bus.publish(subject, payload, options);
      if (waiting === undefined) return;
      this.#publishing.add(waiting);
      waiting
        .catch((error: unknown) => this.#refuse("publish", id, error))
        .finally(() => this.#publishing.delete(waiting));
    } catch (error) {
      this.#refuse("publish", id, error);
    }
  }

  #subscribe({ id, pattern, responds }: Extract<BusLine, { type: "subscribe" }>): void {
    try {
      if (this.#held.has(id)) throw failed(`there is a subscription ${JSON.stringify(id)} already.`);
      if (this.#held.size >= SUBSCRIPTIONS_MOST) throw tooMany("subscriptions are open");
      const held = responds
        ? this.#bus.respond(pattern, (message) => this.#ask(id, message))
        : this.#bus.subscribe(pattern, (message) => this.#input.write(messageLine(id, message)));
      this.#held.set(id, held);
      held.ready.then(
        () => void this.#input.write({ type: "subscribed", id }),
        (error: unknown) => {
          this.#held.delete(id);
          this.#refuse("subscribe", id, error);
        },
      );
    } catch (error) {
      this.#refuse("subscribe", id, error);
    }
  }

  async #request({ id, subject, payload, timeoutMs }: Extract<BusLine, { type: "request" }>): Promise<void> {
    let isCounted = false;
    try {
      if (this.#requests >= OPEN_MOST) throw tooMany("requests are open");
      this.#requests += 1;
      isCounted = true;
      const answer = await this.#bus.request(subject, payload, timeoutMs === undefined ? {} : { timeoutMs });
      const isTaken = await this.#input.write({ type: "response", id, ok: true, payload: answer ?? null });
      if (!isTaken) throw failed("the answer is longer than a line may be.");
    } catch (error) {
      await this.#input.write({ type: "response", id, ok: false, error: errorLine(error) });
    } finally {
      if (isCounted) this.#requests -= 1;
    }
  }

  /** Hands a question to the program and waits for its `reply`. */
  #ask(id: string, message: Message): Promise<unknown> {
    const reply = String(++this.#delivered);
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        this.#asked.delete(reply);
        reject(message.signal.reason);
      };
      const settle = (then: () => void): void => {
        message.signal.removeEventListener("abort", forget);
        then();
      };
      this.#asked.set(reply, {
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error)),
      });
      message.signal.addEventListener("abort", forget, { once: true });
      void this.#input.write({ ...messageLine(id, message), reply }).then((isTaken) => {
        if (!isTaken) this.#asked.get(reply)?.reject(failed("the program was not given the message."));
      });
    });
  }

  #reply({ to, payload, error }: Extract<BusLine, { type: "reply" }>): void {
    const asker = this.#asked.get(to);
    this.#asked.delete(to);
    if (error === undefined) asker?.resolve(payload);
    else asker?.reject(failed(error));
  }

  #refuse(line: string, id: string | undefined, error: unknown): void {
    void this.#input.write({ type: "refused", line, ...(id === undefined ? {} : { id }), error: errorLine(error) });
  }

  get #bus(): Messaging {
    this.#messaging ??= new Messaging(this.#attempt);
    return this.#messaging;
  }
}

function messageLine(subscription: string, message: Message): Record<string, unknown> {
  const { id, subject, source, payload, headers } = message;
  const plain = Object.keys(headers).length === 0 ? {} : { headers };
  return { type: "message", subscription, subject, payload: payload ?? null, source, id, ...plain };
}

function errorLine(error: unknown): Record<string, unknown> {
  if (!(error instanceof PolyphonError)) return { message: error instanceof Error ? error.message : String(error) };
  const { code, message, retryable } = error;
  return { code, message, retryable };
}

function failed(message: string): PolyphonError {
  return new PolyphonError("REQUEST_FAILED", { message });
}

function tooMany(what: string): PolyphonError {
  return new PolyphonError("BUS_BACKPRESSURE", { message: `too many ${what} for one program.` });
}
