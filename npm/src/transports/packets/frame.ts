import type { Envelope, ReceivedEnvelope } from "../../protocol/envelope.ts";
import { Payload } from "../../protocol/payload.ts";
import { VALUE_SCHEMA } from "../../protocol/wire/names.ts";
import type { Frame, Packet, WireError } from "../link/frames.ts";
import type { TransportMessage, TransportSubscribeOptions } from "../transport.ts";
import { invalid, readCount, readMap, readNumber, readText } from "./fields.ts";
import { fromEnvelope, LINK, toEnvelope } from "./message.ts";

/** Where an envelope goes that is not for anybody behind the link. */
const TARGET = { agent: LINK } as const;
/** Subjects that stand for the answers of a request of a link, where a query says none. */
const ANSWERS = "$reply.link.";

/** Ids and times of what the link itself says. */
export interface Stamps {
  id(): string;
  wallMs(): number;
}

/** What an envelope says about a link, in words with a space between: number, confirmed number, op and its arguments. */
export function linkOf({ extensions }: ReceivedEnvelope): readonly string[] {
  const said = extensions?.[LINK]?.value;
  if (said === undefined) throw invalid(`it has no extension ${LINK}`);
  return said.split(" ");
}

/** A packet of a link as the envelope that carries it. Without `hasPayload` that of its message travels on its own. */
export function packetEnvelope(packet: Packet, stamps: Stamps, hasPayload = true, apart = ""): Envelope {
  const { frame } = packet;
  if (frame === undefined) return saying(stamps, aboutWire(packet));
  const head = `${packet.seq} ${packet.ack} ${frame.op}`;
  switch (frame.op) {
    case "pub":
      return toEnvelope(frame.message, `${head} ${frame.n}${apart}`, hasPayload);
    case "msg":
      return toEnvelope(frame.message, `${head} ${frame.sid}${apart}`, hasPayload);
    case "req":
      return toEnvelope(asking(frame), `${head} ${frame.rid} ${frame.timeoutMs}${apart}`, hasPayload);
    case "rep":
      return toEnvelope(frame.message, `${head} ${frame.rid}${apart}`, hasPayload);
    case "sub":
      return saying(stamps, `${head} ${frame.n} ${frame.sid}`, { pattern: frame.pattern, ...frame.options });
    case "unsub":
      return saying(stamps, `${head} ${frame.n} ${frame.sid}`);
    case "ok":
      return saying(stamps, `${head} ${frame.n}`);
    case "no":
      return saying(stamps, `${head} ${frame.n}`, sayable(frame.error));
    case "done":
      return saying(stamps, `${head} ${frame.sid} ${frame.count}`);
    case "more":
      return saying(stamps, `${head} ${frame.rid} ${frame.count}`);
    case "end":
      return saying(stamps, `${head} ${frame.rid}`, frame.error && sayable(frame.error));
    case "cancel":
      return saying(stamps, `${head} ${frame.rid}`);
    case "bye":
      return saying(stamps, head);
  }
}

/** The packet in an envelope. Throws `TRANSPORT_INVALID`, or a refusal of the protocol for the message in it. */
export function packetOf(envelope: ReceivedEnvelope, words: readonly string[], apart?: Payload): Packet {
  const [seqWord, ackWord, op] = words;
  const seq = readNumber(seqWord, "number");
  const ack = readNumber(ackWord, "confirmed number");
  if (seq === 0) return readWire(ack, op, words[3]);
  return { seq, ack, frame: readFrame(envelope, op, words, apart) };
}

/** An envelope for the other end of the link alone. */
export function saying(stamps: Stamps, link: string, value?: unknown): Envelope {
  return {
    id: stamps.id(),
    kind: "data",
    source: LINK,
    target: TARGET,
    timestampMs: stamps.wallMs(),
    schema: VALUE_SCHEMA,
    extensions: { [LINK]: { critical: false, value: link } },
    payload: value === undefined ? undefined : Payload.msgpack(value),
  };
}

function aboutWire(packet: Extract<Packet, { frame?: undefined }>): string {
  if ("ping" in packet && packet.ping !== undefined) return `0 ${packet.ack} ping ${packet.ping}`;
  if ("pong" in packet && packet.pong !== undefined) return `0 ${packet.ack} pong ${packet.pong}`;
  return `0 ${packet.ack} ack`;
}

function readWire(ack: number, op: string | undefined, word: string | undefined): Packet {
  if (op === "ack") return { ack };
  const measured = Number(word);
  if (word === undefined || !Number.isFinite(measured)) throw invalid("a ping or pong has a number");
  if (op === "ping") return { ack, ping: measured };
  if (op === "pong") return { ack, pong: measured };
  throw invalid("it has no number");
}

function readFrame(
  envelope: ReceivedEnvelope,
  op: string | undefined,
  words: readonly string[],
  apart: Payload | undefined,
): Frame {
  const first = (): number => readNumber(words[3], "first argument");
  const second = (): number => readNumber(words[4], "second argument");
  const message = (): TransportMessage =>
    fromEnvelope(apart === undefined ? envelope : { ...envelope, payload: apart });
  switch (op) {
    case "pub":
      return { op, n: first(), message: message() };
    case "msg":
      return { op, sid: first(), message: message() };
    case "req":
      return { op, rid: first(), message: asked(message(), first()), timeoutMs: second() };
    case "rep":
      return { op, rid: first(), message: message() };
    case "sub": {
      const value = readMap(envelope.payload?.value());
      const pattern = readText(value.pattern, "pattern");
      return { op, n: first(), sid: second(), pattern, options: readOptions(value) };
    }
    case "unsub":
      return { op, n: first(), sid: second() };
    case "ok":
      return { op, n: first() };
    case "no":
      return { op, n: first(), error: readError(envelope.payload) };
    case "done":
      return { op, sid: first(), count: second() };
    case "more":
      return { op, rid: first(), count: second() };
    case "end": {
      const rid = first();
      return envelope.payload === undefined ? { op, rid } : { op, rid, error: readError(envelope.payload) };
    }
    case "cancel":
      return { op, rid: first() };
    case "bye":
      return { op };
    default:
      throw invalid(`there is no op ${op?.slice(0, 64)}`);
  }
}

/** A query must say where answers go; those of a link go back over it. */
function asking({ message, rid }: Extract<Frame, { op: "req" }>): TransportMessage {
  return message.kind === "query" && message.replyTo === undefined
    ? { ...message, replyTo: `${ANSWERS}${rid}` }
    : message;
}

function asked(message: TransportMessage, rid: number): TransportMessage {
  return message.replyTo === `${ANSWERS}${rid}` ? { ...message, replyTo: undefined } : message;
}

function readOptions({ group, credit, queue, overflow, filter }: Record<string, unknown>): TransportSubscribeOptions {
  return {
    ...(group !== undefined && { group: readText(group, "group") }),
    ...(credit !== undefined && { credit: readCount(credit, "credit") }),
    ...(queue !== undefined && { queue: readCount(queue, "queue") }),
    ...(overflow !== undefined && { overflow: readOverflow(overflow) }),
    // Whoever subscribes reads it.
    ...(filter !== undefined && { filter: readMap(filter) }),
  };
}

function readOverflow(value: unknown): NonNullable<TransportSubscribeOptions["overflow"]> {
  if (value === "drop-oldest" || value === "block" || value === "reject") return value;
  throw invalid("overflow is drop-oldest, block or reject");
}

/** Details of an error may be anything; what MessagePack cannot say of them stays here. */
function sayable(error: WireError): WireError {
  try {
    void Payload.msgpack(error.details ?? null).bytes;
    return error;
  } catch {
    return { ...error, details: {} };
  }
}

function readError(payload: Payload | undefined): WireError {
  const { code, message, retryable, details } = readMap(payload?.value());
  return {
    code: readText(code, "code"),
    message: readText(message, "message"),
    retryable: retryable === true,
    ...(details !== undefined && { details: readMap(details) }),
  };
}
