import { PolyphonError } from "../../errors/error.ts";
import type { DraftRow } from "../../runtime/payloads.ts";
import type { Growing } from "../../runtime/waiting.ts";
import type { Command, Draft, Part } from "../../wasm/codec.generated.ts";
import type { QueueMessage } from "./message.ts";
import { draftOf, type QueueOutgoingOptions } from "./options.ts";
import { payloadOf } from "./payload.ts";
import type { PublisherParts } from "./publisher.ts";
import { RecordWriter } from "./record.ts";
import { NOT_WRITTEN } from "./reporter.ts";

/** A message for a queue, by the number of the queue. */
export interface Addressed {
  readonly queue: number;
  readonly value: unknown;
  readonly options: QueueOutgoingOptions | undefined;
}

/**
 * Acknowledges a message and publishes others with it, in one command. Resolves with their numbers once that is durable.
 * What the store could not write is written again: only one attempt can acknowledge a message.
 */
export function publishOutgoing(
  parts: PublisherParts,
  { fence, handle: message }: QueueMessage,
  outgoing: readonly Addressed[],
): Promise<readonly number[]> {
  // The kernel takes them queue by queue, and numbers them so.
  const order = outgoing.map((_, index) => index).sort((a, b) => queueAt(outgoing, a) - queueAt(outgoing, b) || a - b);
  const writer = new RecordWriter();
  const rows: DraftRow[] = [];
  const batches: { queue: number; payload: ReturnType<typeof payloadOf>["payload"]; messages: readonly Draft[] }[] = [];
  let bytes = 0;
  for (let at = 0; at < order.length; ) {
    const queue = queueAt(outgoing, order[at] as number);
    const messages: Draft[] = [];
    for (; at < order.length && queueAt(outgoing, order[at] as number) === queue; at++) {
      const { value, options } = outgoing[order[at] as number] as Addressed;
      messages.push(draftOf(writer.write(value, options?.headers), options));
    }
    bytes += writer.length;
    const { payload, rows: own } = payloadOf(parts, writer.take());
    rows.push(...own);
    batches.push({ queue, payload, messages });
  }
  const command: Command = { type: "AckAndPublish", fence, message, outgoing: batches };
  const { loop } = parts;
  loop.room.enter(bytes);
  const published = new Promise<readonly number[]>((settle, fail) => {
    const growing: Growing = {
      seal: () => ({ command, options: { rows, owner: batches[0]?.queue ?? 0 } }),
      settle: (_, fates) => settle(numbersOf(order, fates)),
      fail: (error) => {
        if (error instanceof PolyphonError && NOT_WRITTEN.has(error.code)) loop.grow(growing);
        else fail(error);
      },
    };
    loop.grow(growing);
  });
  return published.finally(() => loop.room.leave(bytes));
}

/** The numbers in the order of the call. */
function numbersOf(order: readonly number[], fates: readonly Part[]): readonly number[] {
  const numbers: number[] = order.map(() => 0);
  for (const { index, outcome } of fates) {
    if (outcome.type === "Accepted") numbers[order[index] as number] = outcome.entity;
  }
  return numbers;
}

function queueAt(outgoing: readonly Addressed[], index: number): number {
  return (outgoing[index] as Addressed).queue;
}
