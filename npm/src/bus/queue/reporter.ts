import type { ErrorCode } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Loop } from "../../runtime/loop.ts";
import type { Growing, Taken } from "../../runtime/waiting.ts";
import type { Command, GivenBack, Part } from "../../wasm/codec.generated.ts";
import type { QueueMessage, QueueNackOptions } from "./message.ts";
import type { Meter } from "./meter.ts";
import { outcomeOf } from "./outcome.ts";

/** Reports one command carries at most. */
const BATCH_MESSAGES = 500;

/** Codes of commands that are not in the journal because the store could not write; a report bears being given twice. */
export const NOT_WRITTEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["STORE_BUSY", "STORE_FULL", "STORE_IO"]);

/** Who hears that what was reported of a message is durable, or was refused. */
export type Reported = (message: QueueMessage, error: Error | undefined) => void;

/** What reporting needs. */
export interface ReporterParts {
  readonly loop: Loop;
  readonly meter: Meter;
  readonly queue: number;
  readonly reported: Reported;
}

/** Gathers what is reported of messages in a turn: one command and one event for many. */
export class Reporter {
  readonly #loop: Loop;
  readonly #meter: Meter;
  readonly #queue: number;
  readonly #reported: Reported;
  #acks: Reports<readonly [number, number]> | undefined;
  #nacks: Reports<GivenBack> | undefined;

  constructor({ loop, meter, queue, reported }: ReporterParts) {
    this.#loop = loop;
    this.#meter = meter;
    this.#queue = queue;
    this.#reported = reported;
  }

  ack(message: QueueMessage): void {
    const queue = this.#queue;
    this.#acks ??= this.#open(true, (messages) => ({ type: "AckMessages", queue, messages }));
    if (this.#acks.add(message, [message.fence, message.handle])) this.#acks = undefined;
  }

  nack(message: QueueMessage, kind: GivenBack["kind"], { delayMs, reason = "" }: QueueNackOptions): void {
    const queue = this.#queue;
    this.#nacks ??= this.#open(false, (messages) => ({ type: "NackMessages", queue, messages }));
    const { fence, handle } = message;
    const report = { fence, message: handle, kind, delayMs: delayMs ?? null, detail: reason };
    if (this.#nacks.add(message, report)) this.#nacks = undefined;
  }

  #open<T>(isAck: boolean, command: (reports: readonly T[]) => Command): Reports<T> {
    const reports: Reports<T> = new Reports(isAck, command, {
      sealed: () => this.#sealed(reports),
      settled: (parts) => this.#settled(reports, parts),
      failed: (error) => this.#failed(reports, error),
    });
    // After the first report is in it: a loop that has stopped refuses at once.
    queueMicrotask(() => this.#loop.grow(reports));
    return reports;
  }

  #sealed(reports: object): void {
    if (reports === this.#acks) this.#acks = undefined;
    if (reports === this.#nacks) this.#nacks = undefined;
  }

  #settled({ messages, isAck }: Sent, parts: readonly Part[]): void {
    let next = 0;
    for (let index = 0; index < messages.length; index++) {
      const message = messages[index] as QueueMessage;
      const part = parts[next];
      if (part?.index !== index) {
        if (isAck) this.#meter.acked(message.sinceMs);
        this.#reported(message, undefined);
        continue;
      }
      next++;
      const outcome = outcomeOf(part.outcome);
      this.#reported(message, outcome instanceof Error ? outcome : undefined);
    }
  }

  #failed(reports: Sent, error: Error): void {
    this.#sealed(reports);
    if (error instanceof PolyphonError && NOT_WRITTEN.has(error.code)) this.#loop.grow(reports);
    else for (const message of reports.messages) this.#reported(message, error);
  }
}

/** Reports that are on their way. */
interface Sent extends Growing {
  readonly messages: readonly QueueMessage[];
  readonly isAck: boolean;
}

interface ReportsParts {
  sealed(): void;
  settled(parts: readonly Part[]): void;
  failed(error: Error): void;
}

/** Reports on their way into the journal together. */
class Reports<T> implements Sent {
  readonly messages: QueueMessage[] = [];
  readonly isAck: boolean;
  readonly #reports: T[] = [];
  readonly #command: (reports: readonly T[]) => Command;
  readonly #parts: ReportsParts;

  constructor(isAck: boolean, command: (reports: readonly T[]) => Command, parts: ReportsParts) {
    this.isAck = isAck;
    this.#command = command;
    this.#parts = parts;
  }

  /** One more; answers whether that is as many as one command carries. */
  add(message: QueueMessage, report: T): boolean {
    this.messages.push(message);
    this.#reports.push(report);
    return this.messages.length >= BATCH_MESSAGES;
  }

  seal(): Taken {
    this.#parts.sealed();
    return { command: this.#command(this.#reports), options: {} };
  }

  settle(_entity: number, parts: readonly Part[]): void {
    this.#parts.settled(parts);
  }

  fail(error: Error): void {
    this.#parts.failed(error);
  }
}
