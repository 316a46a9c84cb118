import type { Counter, Text } from "./values.ts";

/** The shape of a document as it is read: texts are strings, counters numbers. */
export type Plain<T> = T extends Text
  ? string
  : T extends Counter
    ? number
    : T extends Date | Uint8Array
      ? T
      : T extends readonly (infer E)[]
        ? Plain<E>[]
        : T extends object
          ? { [K in keyof T]: Plain<T[K]> }
          : T;

/** The changes no other change follows: they name a state of a document. Hashes of 64 hexadecimal digits. */
export type Heads = readonly string[];

/** One of the values that replicas set at a time. */
export interface Conflict {
  readonly value: unknown;
  /** The replica that set it, in hexadecimal digits. */
  readonly actor: string;
  /** The change it came with. */
  readonly change: string | undefined;
  /** When that change was made, as its maker said; to the second. */
  readonly time: Date;
}

/** One change of the history. */
export interface DocumentChange {
  readonly hash: string;
  /** The replica that made it, in hexadecimal digits. */
  readonly actor: string;
  /** Its number among the changes of that actor, from 1. */
  readonly seq: number;
  /** When it was made, as its maker said; to the second. */
  readonly time: Date;
  readonly message: string | undefined;
  readonly operations: number;
  /** The changes it follows. */
  readonly follows: Heads;
}

type Path = readonly (string | number)[];

/** One step from a state to another. Objects come empty; patches for what is within follow. */
export type Patch =
  | { readonly action: "set"; readonly path: Path; readonly value: unknown }
  | { readonly action: "insert"; readonly path: Path; readonly values: readonly unknown[] }
  | { readonly action: "splice"; readonly path: Path; readonly text: string }
  | { readonly action: "increment"; readonly path: Path; readonly by: number }
  | { readonly action: "delete"; readonly path: Path; readonly count: number }
  | { readonly action: "conflict"; readonly path: Path }
  | { readonly action: "marks"; readonly path: Path };

/** What one change, merge or message did. */
export interface PatchEvent {
  /** Whether it was changed here, or the changes came from elsewhere. */
  readonly origin: "local" | "remote";
  readonly patches: readonly Patch[];
}

/**
 * How a place is read that several replicas set at a time; nothing is written. `latest`: of the latest change by its maker's
 * clock. `highest`: the largest number, or the last text by its bytes. `union`: all elements of all lists, or all entries of
 * all maps. `counter`: the sum. A function gets the conflict set, the value all replicas choose at its end, and must be pure.
 */
export type ConflictStrategy = "latest" | "highest" | "union" | "counter" | ((set: readonly Conflict[]) => unknown);

/** How large a document is. */
export interface DocumentSize {
  readonly operations: number;
  readonly changes: number;
  readonly actors: number;
  /** Bytes in the storage, snapshot and what came after it. */
  readonly storedBytes: number;
}

/** What a document may grow to; beyond it a change is refused with `DOCUMENT_FULL`. */
export interface DocumentLimits {
  /** Bytes of all that was loaded and received. Default 64 MiB. */
  readonly documentBytes?: number;
  /** Operations in all changes together. Default 5,000,000. */
  readonly operations?: number;
  /** Bytes of one message or load. Default 64 MiB. */
  readonly messageBytes?: number;
}
