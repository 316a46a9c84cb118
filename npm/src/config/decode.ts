import type { Problems } from "./problems.ts";
import type { Place, Source } from "./source.ts";

/** What stands in place of the text when the bytes are not text; its problem has been reported. */
export const UNDECODABLE: unique symbol = Symbol("undecodable");

/** UTF-8, with or without a byte order mark, or a report that says where it is not. */
export function decode(bytes: Uint8Array, name: Omit<Source, "text">, problems: Problems): string | typeof UNDECODABLE {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!wide) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      // Reported below, with the place of the first bad byte.
    }
  }
  const text = new TextDecoder("utf-8").decode(bytes);
  const place: Place = { source: { ...name, text }, start: Math.max(0, text.indexOf("\ufffd")), path: "" };
  const message = wide ? "the file is UTF-16, not UTF-8" : "the file is not valid UTF-8 here";
  problems.error("CONFIG_ENCODING", place, message, "save the file as UTF-8");
  return UNDECODABLE;
}

/** Whether `source` holds only characters YAML allows; the first one that is not is reported. */
export function checkCharacters(source: Source, problems: Problems): boolean {
  const { text } = source;
  const control = text.search(CONTROLS);
  const surrogate = text.isWellFormed() ? -1 : text.search(/\p{Cs}/u);
  const starts = [control, surrogate].filter((start) => start !== -1);
  if (starts.length === 0) return true;
  const start = Math.min(...starts);
  const code = text.charCodeAt(start).toString(16).toUpperCase().padStart(4, "0");
  const what =
    code === "0000" ? "a NUL character" : start === surrogate ? "half a surrogate pair" : "a control character";
  problems.error("CONFIG_ENCODING", { source, start, path: "" }, `${what} (U+${code}) cannot stand in a configuration`);
  return false;
}

/** Controls that YAML 1.2 section 5.1 forbids: all but tab, line feed, carriage return and next line. */
const CONTROLS = /[^\P{Cc}\t\n\r\u0085]/u;
