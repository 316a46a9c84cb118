/** Follows a journal while it is written. */
export interface Following {
  /** The journal is durable up to `seq`. */
  advance(seq: number): void;
  /** Resolves when everything up to `seq` was folded, and every snapshot that was due is kept. */
  caughtUp(seq: number): Promise<void>;
  close(): Promise<void>;
}
