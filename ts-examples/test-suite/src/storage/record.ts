import { createHash } from "node:crypto";
import { EquityError } from "../core/errors.ts";

const MAGIC = "equity-record";
const FORMAT = 1;

function digest(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

/**
 * A value as the bytes of a file: one header line (magic, format, length in bytes, SHA-256 of the body), then the body as JSON.
 * A file that was cut off or altered is told from a whole one.
 */
export function encodeRecord(value: unknown): Uint8Array {
  const body = JSON.stringify(value);
  if (body === undefined) throw new EquityError("RECORD_DAMAGED", "the value has no JSON form");
  const bytes = Buffer.byteLength(body);
  return Buffer.from(`${MAGIC} ${FORMAT} ${bytes} ${digest(body)}\n${body}`);
}

/**
 * Reads what {@link encodeRecord} wrote.
 * @throws EquityError `RECORD_DAMAGED` with the reason, for a newer format too.
 */
export function decodeRecord(file: Uint8Array): unknown {
  const damaged = (reason: string): EquityError =>
    new EquityError("RECORD_DAMAGED", `the record is unusable: ${reason}`, { reason });
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const end = buffer.indexOf(10);
  if (end < 0) throw damaged("no header");
  const [magic, format, length, hash] = buffer.toString("utf8", 0, end).split(" ");
  if (magic !== MAGIC) throw damaged("not a record of this library");
  if (format !== String(FORMAT)) throw damaged(`format ${format} is not supported`);
  const body = buffer.subarray(end + 1);
  if (String(body.length) !== length) throw damaged(`${body.length} of ${length} bytes`);
  const text = body.toString("utf8");
  if (digest(text) !== hash) throw damaged("checksum differs");
  return JSON.parse(text);
}
