import type { TransportMessage, TransportSubscribeOptions } from "../transport.ts";

/** What was refused, as it crosses. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What the two ends of a link say to each other. Calls (`n`) are answered with `ok` or `no`. */
export type Frame =
  | { readonly op: "pub"; readonly n: number; readonly message: TransportMessage }
  | {
      readonly op: "sub";
      readonly n: number;
      readonly sid: number;
      readonly pattern: string;
      readonly options: TransportSubscribeOptions;
    }
  | { readonly op: "unsub"; readonly n: number; readonly sid: number }
  | { readonly op: "ok"; readonly n: number }
  | { readonly op: "no"; readonly n: number; readonly error: WireError }
  | { readonly op: "msg"; readonly sid: number; readonly message: TransportMessage }
  /** So many deliveries of a subscription have settled. */
  | { readonly op: "done"; readonly sid: number; readonly count: number }
  | { readonly op: "req"; readonly rid: number; readonly message: TransportMessage; readonly timeoutMs: number }
  | { readonly op: "rep"; readonly rid: number; readonly message: TransportMessage }
  /** So many answers of a request were taken. */
  | { readonly op: "more"; readonly rid: number; readonly count: number }
  /** There are no more answers. */
  | { readonly op: "end"; readonly rid: number; readonly error?: WireError | undefined }
  /** Nobody waits for answers any more. */
  | { readonly op: "cancel"; readonly rid: number }
  /** Nothing; a frame that keeps the count. */
  | { readonly op: "bye" };

/** What crosses a wire: a numbered frame that is sent again after a break, or something about the wire itself. */
export type Packet =
  | { readonly seq: number; readonly ack: number; readonly frame: Frame }
  | { readonly ack: number; readonly ping?: number; readonly pong?: number; readonly frame?: undefined }
  /** This end is closed. */
  | { readonly ack: number; readonly closed: true; readonly frame?: undefined };

/** One connection, for as long as it lasts. */
export interface Wire {
  send(packet: Packet): void;
  /** Ends it at once. What was sent may be lost. */
  cut(reason: string): void;
}
