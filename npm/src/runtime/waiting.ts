import type { PayloadRow } from "../stores/store.ts";
import type { Answer, Command, Outcome, Part, StepOutput } from "../wasm/codec.generated.ts";
import type { DraftRow } from "./payloads.ts";
import { refused } from "./refusals.ts";

/** How a command is submitted. */
export interface SubmitOptions {
  readonly actor?: string | undefined;
  readonly tenant?: string;
  readonly idempotencyKey?: string | undefined;
  readonly traceparent?: string;
  /** Payload rows the command refers to. */
  readonly rows?: readonly DraftRow[];
  /** Owner of the rows; the entity the command makes when absent. */
  readonly owner?: number;
  /** Keys of payload rows that nothing needs once the command is durable. */
  readonly drop?: readonly string[];
}

/** A command as a step takes it. */
export interface Taken {
  readonly command: Command;
  readonly options: SubmitOptions;
}

/** Whoever waits for what becomes of a command. */
export interface Asker {
  /** It is durable, and made `entity`; 0: none. Of the things in it, `parts` fared otherwise than the rest. */
  settle(entity: number, parts: readonly Part[]): void;
  /** It was refused, or nobody knows what became of it. */
  fail(error: Error, command: Command): void;
}

/** A command for many things, which grows until a step takes it. */
export interface Growing extends Asker {
  /** A step takes it: it grows no more. Answers the same when it is asked again. */
  seal(): Taken;
}

/** A command that waits for its step, or for the disk. A class for the reason that entries of the mirror are. */
export class Waiting {
  readonly id: number;
  command: Command;
  options: SubmitOptions;
  readonly asker: Asker;
  /** Nobody waits for its answer. */
  quiet = false;
  /** What it takes of the room of running work. */
  bytes = 0;
  growing: Growing | undefined = undefined;

  constructor(id: number, command: Command, options: SubmitOptions, asker: Asker) {
    this.id = id;
    this.command = command;
    this.options = options;
    this.asker = asker;
  }

  settle(entity: number, parts: readonly Part[]): void {
    this.asker.settle(entity, parts);
  }

  fail(error: Error): void {
    this.asker.fail(error, this.command);
  }
}

/** Gives each of `waiting` its answer; both are in the order of the commands. */
export function answer(waiting: readonly Waiting[], answers: readonly Answer[]): void {
  if (waiting.length === 0) return;
  let next = 0;
  for (let index = 0; index < answers.length; index++) {
    const { id, outcome, parts } = answers[index] as Answer;
    while (next < waiting.length && (waiting[next] as Waiting).id !== id) next++;
    const asked = waiting[next];
    if (asked !== undefined) conclude(asked, outcome, parts);
  }
}

function conclude(waiting: Waiting, outcome: Outcome, parts: readonly Part[]): void {
  if (outcome.type === "Accepted") waiting.settle(outcome.entity, parts);
  else waiting.fail(refused(outcome.refusal));
}

/** The payload rows that go with a step's frame. */
export function rowsOf(output: StepOutput, waiting: readonly Waiting[]): PayloadRow[] {
  const rows: PayloadRow[] = [];
  for (const { id, options } of waiting) {
    if (options.rows === undefined || options.rows.length === 0) continue;
    const outcome = output.answers.find((answer) => answer.id === id)?.outcome;
    // What made nothing needs no rows: it was refused, or is known already.
    if (outcome?.type === "Refused" || outcome?.entity === 0) continue;
    const owner = options.owner ?? outcome?.entity ?? output.firstSeq;
    for (const row of options.rows) rows.push({ ...row, owner });
  }
  return rows;
}

/** Keys of the rows that leave with it. */
export function dropsOf(waiting: readonly Waiting[]): string[] {
  return waiting.flatMap(({ options }) => options.drop ?? NO_KEYS);
}

/** What payload rows weigh. */
export function bytesOf(rows: readonly DraftRow[] | undefined): number {
  let bytes = 0;
  for (const row of rows ?? NO_ROWS) bytes += row.bytes.length;
  return bytes;
}

const NO_ROWS: readonly DraftRow[] = [];
const NO_KEYS: readonly string[] = [];
