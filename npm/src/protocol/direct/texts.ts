/** Bytes of a name, tokens of a subject: limits of the protocol. */
export const NAME_BYTES = 256;
const TOKENS = 16;

const DOT = 0x2e;
const STAR = 0x2a;
const ARROW = 0x3e;

/** Whether bytes are a name of printable ASCII. Others may be names too. */
export function isName(bytes: Uint8Array, from: number, end: number): boolean {
  if (end === from || end - from > NAME_BYTES) return false;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

/** Whether bytes are a subject. */
export function isSubject(bytes: Uint8Array, from: number, end: number): boolean {
  if (end === from || end - from > NAME_BYTES) return false;
  let tokens = 1;
  let begin = from;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === DOT) {
      if (at === begin) return false;
      tokens++;
      begin = at + 1;
    } else if (byte <= 0x20 || byte > 0x7e || byte === STAR || byte === ARROW) {
      return false;
    }
  }
  return begin < end && tokens <= TOKENS;
}

/** Whether bytes are ASCII. */
export function isAscii(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if ((bytes[at] as number) >= 0x80) return false;
  return true;
}

const TRACE_BYTES = 55;
const DASH = 0x2d;
const ZERO = 0x30;

/** Whether bytes are a W3C traceparent of version 00. */
export function isTraceparent(bytes: Uint8Array, from: number, end: number): boolean {
  if (end - from !== TRACE_BYTES || bytes[from] !== ZERO || bytes[from + 1] !== ZERO) return false;
  return (
    bytes[from + 2] === DASH &&
    isNumber(bytes, from + 3, from + 35) &&
    bytes[from + 35] === DASH &&
    isNumber(bytes, from + 36, from + 52) &&
    bytes[from + 52] === DASH &&
    digit(bytes[from + 53] as number) >= 0 &&
    digit(bytes[from + 54] as number) >= 0
  );
}

/** Whether bytes are hexadecimal digits that are not all zero. */
function isNumber(bytes: Uint8Array, from: number, end: number): boolean {
  let any = 0;
  for (let at = from; at < end; at++) {
    const value = digit(bytes[at] as number);
    if (value < 0) return false;
    any |= value;
  }
  return any !== 0;
}

/** The value of a lower-case hexadecimal digit; below 0 for any other byte. */
export function digit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
}
