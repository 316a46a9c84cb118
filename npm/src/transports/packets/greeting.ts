import type { Envelope, ReceivedEnvelope } from "../../protocol/envelope.ts";
import { invalid, readCount, readMap, readText } from "./fields.ts";
import { linkOf, type Stamps, saying } from "./frame.ts";
import type { Limits } from "./parts.ts";

/** What a client says once both ends know how to speak. */
export interface Greeting extends Limits {
  /** The session to go on with. */
  readonly session?: string | undefined;
  /** Number of the last frame of the server that was taken. */
  readonly cursor: number;
  /** What authenticates it where headers cannot be given. */
  readonly token?: string | undefined;
}

/** What a server answers. */
export interface Admission extends Limits {
  readonly session: string;
  /** Number of the last frame of the client that was taken. */
  readonly cursor: number;
  /** Whether the session the client named goes on. */
  readonly resumed: boolean;
  /** Rhythm of signs of life, in milliseconds. */
  readonly heartbeatMs: number;
}

export function greetingEnvelope(greeting: Greeting, stamps: Stamps): Envelope {
  return saying(stamps, "0 0 greet", greeting);
}

export function admissionEnvelope(admission: Admission, stamps: Stamps): Envelope {
  return saying(stamps, "0 0 admit", admission);
}

export function greetingOf(envelope: ReceivedEnvelope): Greeting {
  const value = saidIn(envelope, "greet");
  const { session, cursor, token } = value;
  return {
    ...limitsOf(value),
    cursor: readCount(cursor, "cursor"),
    ...(session !== undefined && { session: readText(session, "session") }),
    ...(token !== undefined && { token: readText(token, "token") }),
  };
}

export function admissionOf(envelope: ReceivedEnvelope): Admission {
  const value = saidIn(envelope, "admit");
  const { session, cursor, resumed, heartbeatMs } = value;
  return {
    ...limitsOf(value),
    session: readText(session, "session"),
    cursor: readCount(cursor, "cursor"),
    resumed: resumed === true,
    heartbeatMs: readCount(heartbeatMs, "heartbeatMs"),
  };
}

function limitsOf({ messageBytes, transferBytes }: Record<string, unknown>): Limits {
  return {
    messageBytes: readCount(messageBytes, "messageBytes"),
    transferBytes: readCount(transferBytes, "transferBytes"),
  };
}

function saidIn(envelope: ReceivedEnvelope, due: string): Record<string, unknown> {
  if (linkOf(envelope)[2] !== due) throw invalid(`${due} was due`);
  return readMap(envelope.payload?.value());
}
