import { protocolError } from "../failure.ts";
import { DirectReader } from "./reader.ts";
import { DirectWriter } from "./writer.ts";

/** A value as MessagePack. `PROTOCOL_FIELD_INVALID` for what it cannot say, `PROTOCOL_LIMIT_EXCEEDED` for too much. */
export function encodeValue(value: unknown): Uint8Array {
  const writer = new DirectWriter();
  writer.begin(0);
  if (!writer.value(value, 0)) throw protocolError(writer.code, "payload", writer.trouble, typeof value);
  return writer.taken();
}

/** The value that MessagePack says. `PROTOCOL_MALFORMED` when the bytes are none that the protocol lets pass. */
export function decodeValue(bytes: Uint8Array): unknown {
  const value = new DirectReader(true).read(bytes, 0, bytes.length);
  if (value === undefined) {
    throw protocolError("PROTOCOL_MALFORMED", "payload", "must be a value of MessagePack", "other bytes");
  }
  return value;
}
