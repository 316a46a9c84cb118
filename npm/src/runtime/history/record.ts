import { PolyphonError } from "../../errors/error.ts";
import type { Fact, Payload } from "../../wasm/codec.generated.ts";
import type { AlertEntry } from "../mirror/alerts.ts";
import type { SessionEntry, TaskEntry } from "../mirror/entries.ts";
import { SessionValues, type WrittenValue, writtenValue } from "../mirror/values.ts";
import { decodeJson, encodeJson } from "./bytes.ts";

/** The format of records this version writes, and the newest it reads. */
const FORMAT = 1;

/** A session as it was at an event: to be shown, or folded further when it had not ended. */
export interface SessionRecord {
  readonly entry: SessionEntry;
  /** Sequence up to which it was folded. */
  readonly seq: number;
  /** Alerts about the whole team while it went on. */
  readonly teamAlerts: readonly AlertEntry[];
  /** Names of its agents, by handle. */
  readonly agents: ReadonlyMap<number, string>;
}

/** What an archive holds: a record without its cycles and maps. */
interface Written {
  readonly format: number;
  readonly seq: number;
  readonly session: Omit<SessionEntry, "tasks" | "parents" | "context" | "values" | "facts" | "partial"> & {
    readonly context: readonly (readonly [string, Payload])[];
    /** Absent in archives of sessions without any. */
    readonly values?: readonly WrittenValue[];
    /** Absent in archives written before there was a task ledger in them. */
    readonly facts?: readonly Fact[];
  };
  readonly tasks: readonly WrittenTask[];
  readonly teamAlerts: readonly AlertEntry[];
  readonly agents: readonly (readonly [number, string])[];
}

/** What of a task was given stands apart from what became of it. */
type Given = "key" | "name" | "parent" | "after" | "criteria";
type WrittenTask = Omit<TaskEntry, "session" | "index" | Given> & { readonly spec: Pick<TaskEntry, Given> };

/** Writes a record; `embed` gives the payloads that shall stay readable without their rows. */
export function encodeRecord(
  { entry, seq, teamAlerts, agents }: SessionRecord,
  embed: (payload: Payload | null) => Payload | null = (payload) => payload,
): Uint8Array<ArrayBuffer> {
  const { tasks, parents: _parents, context, values, partial: _partial, input, ...session } = entry;
  const written: Written = {
    format: FORMAT,
    seq,
    session: {
      ...session,
      input: embed(input),
      context: [...(context ?? [])].flatMap(([name, value]) => named(name, embed(value))),
      ...(values === null ? {} : { values: [...values.entries()].map((entry) => writtenValue(entry, embed)) }),
    },
    tasks: tasks.map(({ session: _session, index: _index, key, name, parent, after, criteria, output, ...task }) => ({
      ...task,
      spec: { key, name, parent, after, criteria },
      output: embed(output),
    })),
    teamAlerts,
    agents: [...agents],
  };
  return encodeJson(written);
}

/** Reads a record back. `STORE_FORMAT_NEWER` when a newer version wrote it. */
export function decodeRecord(bytes: Uint8Array): SessionRecord {
  const { format, seq, session, tasks, teamAlerts, agents } = decodeJson(bytes) as Written;
  if (format > FORMAT) throw newer(format);
  const entry: SessionEntry = {
    ...session,
    tasks: [],
    parents: null,
    context: new Map(session.context),
    values: valuesOf(session.values),
    facts: session.facts ?? [],
    partial: false,
  };
  for (const [index, { spec, ...task }] of tasks.entries()) {
    entry.tasks.push({ ...spec, ...task, session: entry, index });
    if (spec.parent === null) continue;
    entry.parents ??= new Set();
    entry.parents.add(spec.parent);
  }
  return { entry, seq, teamAlerts, agents: new Map(agents) };
}

function valuesOf(written: readonly WrittenValue[] | undefined): SessionValues | null {
  if (written === undefined) return null;
  const values = new SessionValues();
  for (const value of written) values.restore(value);
  return values;
}

function named(name: string, value: Payload | null): (readonly [string, Payload])[] {
  return value === null ? [] : [[name, value]];
}

function newer(format: number): PolyphonError {
  const message = `the session was archived by a newer version (format ${format}, this one knows ${FORMAT}); upgrade polyphon.`;
  return new PolyphonError("STORE_FORMAT_NEWER", { message, details: { format, known: FORMAT } });
}
