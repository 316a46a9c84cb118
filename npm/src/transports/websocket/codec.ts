import { PolyphonError } from "../../errors/error.ts";
import type { Frame, Packet } from "../link/frames.ts";
import type { TransportMessage, TransportSubscribeOptions } from "../transport.ts";
import { fromEnvelope, toEnvelope } from "./envelope.ts";

/** First message of a client. */
export interface Hello {
  /** The session to go on with. */
  readonly session?: string | undefined;
  /** Number of the last frame of the server that was taken. */
  readonly cursor: number;
  /** What authenticates it where headers cannot be given. */
  readonly token?: string | undefined;
}

/** First message of a server. */
export interface Welcome {
  readonly session: string;
  /** Number of the last frame of the client that was taken. */
  readonly cursor: number;
  /** Whether the session the client named goes on. */
  readonly resumed: boolean;
  /** Rhythm of signs of life, in milliseconds. */
  readonly heartbeatMs: number;
}

export function encodePacket(packet: Packet): string {
  try {
    if (packet.frame === undefined) return JSON.stringify(packet);
    const { frame } = packet;
    const sent = "message" in frame ? { ...frame, message: toEnvelope(frame.message) } : frame;
    return JSON.stringify([packet.seq, packet.ack, sent]);
  } catch (error) {
    if (error instanceof PolyphonError) throw error;
    const message = `payload: must be something JSON can say; ${(error as Error).message}`;
    throw new PolyphonError("PROTOCOL_FIELD_INVALID", { message, cause: error });
  }
}

/** Reads what came over a socket. Throws `TRANSPORT_INVALID`, or a refusal of the protocol for the message in it. */
export function decodePacket(data: string): Packet {
  const value = parse(data);
  if (Array.isArray(value)) {
    const [seq, ack, frame] = value as unknown[];
    return { seq: count(seq, "seq"), ack: count(ack, "ack"), frame: readFrame(frame) };
  }
  const { ack, ping, pong } = map(value);
  return {
    ack: count(ack, "ack"),
    ...(ping !== undefined && { ping: number(ping, "ping") }),
    ...(pong !== undefined && { pong: number(pong, "pong") }),
  };
}

export function readHello(data: string): Hello {
  const { hello } = map(parse(data));
  const { session, cursor, token } = map(hello);
  return {
    cursor: count(cursor, "cursor"),
    ...(session !== undefined && { session: string(session, "session") }),
    ...(token !== undefined && { token: string(token, "token") }),
  };
}

export function readWelcome(data: string): Welcome {
  const { welcome } = map(parse(data));
  const { session, cursor, resumed, heartbeatMs } = map(welcome);
  return {
    session: string(session, "session"),
    cursor: count(cursor, "cursor"),
    resumed: resumed === true,
    heartbeatMs: count(heartbeatMs, "heartbeatMs"),
  };
}

function readFrame(value: unknown): Frame {
  const frame = map(value);
  const n = () => count(frame.n, "n");
  const sid = () => count(frame.sid, "sid");
  const rid = () => count(frame.rid, "rid");
  const message = (): TransportMessage => fromEnvelope(frame.message);
  switch (frame.op) {
    case "pub":
      return { op: "pub", n: n(), message: message() };
    case "sub":
      return { op: "sub", n: n(), sid: sid(), pattern: string(frame.pattern, "pattern"), options: readOptions(frame) };
    case "unsub":
      return { op: "unsub", n: n(), sid: sid() };
    case "ok":
      return { op: "ok", n: n() };
    case "no":
      return { op: "no", n: n(), error: readError(frame.error) };
    case "msg":
      return { op: "msg", sid: sid(), message: message() };
    case "done":
      return { op: "done", sid: sid(), count: count(frame.count, "count") };
    case "req":
      return { op: "req", rid: rid(), message: message(), timeoutMs: count(frame.timeoutMs, "timeoutMs") };
    case "rep":
      return { op: "rep", rid: rid(), message: message() };
    case "more":
      return { op: "more", rid: rid(), count: count(frame.count, "count") };
    case "end":
      return { op: "end", rid: rid(), ...(frame.error !== undefined && { error: readError(frame.error) }) };
    case "cancel":
      return { op: "cancel", rid: rid() };
    case "bye":
      return { op: "bye" };
    default:
      throw invalid(`no frame has the op ${JSON.stringify(frame.op)?.slice(0, 64)}`);
  }
}

function readOptions({ options }: Record<string, unknown>): TransportSubscribeOptions {
  const { group, credit, queue, overflow } = map(options ?? {});
  return {
    ...(group !== undefined && { group: string(group, "group") }),
    ...(credit !== undefined && { credit: count(credit, "credit") }),
    ...(queue !== undefined && { queue: count(queue, "queue") }),
    ...(overflow !== undefined && { overflow: readOverflow(overflow) }),
  };
}

function readOverflow(value: unknown): NonNullable<TransportSubscribeOptions["overflow"]> {
  if (value === "drop-oldest" || value === "block" || value === "reject") return value;
  throw invalid("overflow is drop-oldest, block or reject");
}

function readError(value: unknown): Extract<Frame, { op: "no" }>["error"] {
  const { code, message, retryable, details } = map(value);
  return {
    code: string(code, "code"),
    message: string(message, "message"),
    retryable: retryable === true,
    ...(details !== undefined && { details: map(details) }),
  };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    throw invalid(`it is not JSON: ${(error as Error).message}`);
  }
}

function map(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid("a map was due");
}

function string(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw invalid(`${field} must be text`);
}

function number(value: unknown, field: string): number {
  if (typeof value === "number") return value;
  throw invalid(`${field} must be a number`);
}

function count(value: unknown, field: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`${field} must be an integer from 0 to 2^53 − 1`);
}

function invalid(what: string): PolyphonError {
  return new PolyphonError("TRANSPORT_INVALID", { message: `the other end sent what is no frame: ${what}.` });
}
