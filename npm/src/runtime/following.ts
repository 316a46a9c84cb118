/** Follows a journal while it is written. */
export interface Following {
  /** The journal is durable up to `seq`. */
  advance(seq: number): void;
  close(): Promise<void>;
}
