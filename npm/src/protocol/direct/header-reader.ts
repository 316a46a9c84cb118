import type { Extension, ReceivedEnvelope, Target, TraceContext } from "../envelope.ts";
import { isFree, KINDS, PRIORITIES } from "../wire/names.ts";
import { isUuid7 } from "./header-writer.ts";
import { isAscii, isName, isSubject, isTraceparent } from "./texts.ts";

/** A message that was read, its payload still to come. */
export type ReadHeader = { -readonly [K in keyof ReceivedEnvelope]: ReceivedEnvelope[K] };

/** Headers with more bytes are left to the module. */
const MOST = 4_096;
const HALF = 0x1_0000_0000;
const ID_UNITS = 36;
const DIGITS: Uint8Array = new TextEncoder().encode("0123456789abcdef");
/** Fields in the order in which they stand; each is one bit. */
const REQUIRED = (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 8);

/**
 * Reads headers of MessagePack that were written as the module writes them. What breaks a rule, and what is rare, is
 * answered with `undefined`: the module reads it and has the last word.
 */
export class HeaderReader {
  /** Texts of the header, one behind the other: they become one text, which is cut. */
  readonly #texts = new Uint8Array(MOST + 2 * ID_UNITS);
  #length = 0;
  #bytes: Uint8Array = this.#texts;
  #at = 0;
  #end = 0;
  /** Where texts of the application's fields begin and end. */
  readonly #cuts: number[] = new Array(31).fill(0);
  /** The same of extensions, and whether each is critical. */
  readonly #extensionCuts: number[] = new Array(31).fill(0);
  readonly #critical: boolean[] = new Array(15).fill(false);
  /** Where the text that was taken last stands. */
  #from = 0;

  /** The header between two offsets. */
  read(bytes: Uint8Array, at: number, end: number): ReadHeader | undefined {
    if (end - at > MOST || at === end) return undefined;
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#length = 0;
    return this.#header();
  }

  #header(): ReadHeader | undefined {
    const bytes = this.#bytes;
    const count = bytes[this.#at++] as number;
    if (count < 0x80 || count > 0x8f) return undefined;
    let seen = 0;
    let before = 0;
    let kind = 0;
    let priority = 2;
    let target = 0;
    let timestampMs = -1;
    let ttlMs: number | undefined;
    let headers = 0;
    let extensions = 0;
    // Ends of texts: id, source, target, correlation, causation, reply, trace, schema.
    let id = 0;
    let source = 0;
    let to = 0;
    let correlation = -1;
    let causation = -1;
    let reply = -1;
    let trace = -1;
    let schema = -1;
    let schemaAt = -1;
    for (let left = count & 0x0f; left > 0; left--) {
      const field = bytes[this.#at++] as number;
      if (this.#at >= this.#end || field <= before || field > 17) return undefined;
      before = field;
      seen |= 1 << field;
      switch (field) {
        case 1:
          if (!this.#id()) return undefined;
          id = this.#length;
          break;
        case 2:
          if (!this.#version()) return undefined;
          break;
        case 3:
          kind = bytes[this.#at++] as number;
          break;
        case 4:
          if (!this.#text(isName)) return undefined;
          source = this.#length;
          break;
        case 5:
        case 6:
          if (target !== 0 || !this.#text(field === 5 ? isName : isSubject)) return undefined;
          target = field;
          to = this.#length;
          break;
        case 7:
          if (target !== 0 || bytes[this.#at++] !== 0xc3) return undefined;
          target = field;
          to = this.#length;
          break;
        case 8:
          timestampMs = this.#uint();
          break;
        case 9:
          priority = bytes[this.#at++] as number;
          break;
        case 10:
          if (!this.#text(isName)) return undefined;
          correlation = this.#length;
          break;
        case 11:
          if (!this.#id()) return undefined;
          causation = this.#length;
          break;
        case 12:
          if (!this.#text(isSubject)) return undefined;
          reply = this.#length;
          break;
        case 13:
          ttlMs = this.#uint();
          if (ttlMs < 1) return undefined;
          break;
        case 14:
          if (bytes[this.#at++] !== 0x93 || !this.#text(isTraceparent)) return undefined;
          if (bytes[this.#at] !== 0xc0 || bytes[this.#at + 1] !== 0xc0) return undefined;
          this.#at += 2;
          trace = this.#length;
          break;
        case 15:
          headers = this.#skipHeaders();
          if (headers === 0) return undefined;
          break;
        case 16:
          schemaAt = this.#length;
          if (!this.#text(isName)) return undefined;
          schema = this.#length;
          break;
        default:
          extensions = this.#skipExtensions();
          if (extensions === 0) return undefined;
      }
    }
    const kindName = KINDS[kind - 1];
    const priorityName = PRIORITIES[priority - 1];
    if (this.#at !== this.#end || (seen & REQUIRED) !== REQUIRED || target === 0 || timestampMs < 0) return undefined;
    if (kindName === undefined || priorityName === undefined) return undefined;
    if (kindName === "response" && correlation < 0) return undefined;
    if (kindName === "query" && reply < 0) return undefined;
    if (target === 7 && (kindName === "response" || kindName === "query" || kindName === "error")) return undefined;
    const all = decoder.decode(this.#texts.subarray(0, this.#length));
    const schemaName = schema < 0 ? undefined : all.slice(schemaAt, schema);
    if (schemaName !== undefined && !isFree(schemaName)) return undefined;
    const fields = headers === 0 ? undefined : this.#headers(all, headers);
    const extended = extensions === 0 ? undefined : this.#extensions(all, extensions);
    if (fields === null || extended === null) return undefined;
    return {
      id: all.slice(0, id),
      version: "1.0.0",
      kind: kindName,
      source: all.slice(id, source),
      target: targetOf(target, all.slice(source, to)),
      timestampMs,
      priority: priorityName,
      correlationId: correlation < 0 ? undefined : all.slice(to, correlation),
      causationId: causation < 0 ? undefined : all.slice(causation - ID_UNITS, causation),
      replyTo: reply < 0 ? undefined : all.slice(Math.max(causation, correlation, to), reply),
      ttlMs,
      trace: trace < 0 ? undefined : traceOf(all.slice(trace - TRACE_UNITS, trace)),
      headers: fields,
      schema: schemaName,
      extensions: extended,
      unknown: undefined,
      payload: undefined,
    };
  }

  #version(): boolean {
    const at = this.#at;
    for (let index = 0; index < VERSION.length; index++) {
      if (this.#bytes[at + index] !== VERSION[index]) return false;
    }
    this.#at = at + VERSION.length;
    return true;
  }

  /** Passes over the head of a text; answers where the text ends, and puts into `#from` where it begins. */
  #textEnd(): number {
    const head = this.#bytes[this.#at] as number;
    let length = head & 0x1f;
    let from = this.#at + 1;
    if (head === 0xd9) {
      length = this.#bytes[this.#at + 1] as number;
      from++;
    } else if (head === 0xda) {
      length = ((this.#bytes[this.#at + 1] as number) << 8) | (this.#bytes[this.#at + 2] as number);
      from += 2;
    } else if (head < 0xa0 || head > 0xbf) {
      return -1;
    }
    const end = from + length;
    if (!(end <= this.#end)) return -1;
    this.#from = from;
    this.#at = end;
    return end;
  }

  /** Takes a text that a check lets pass. */
  #text(check: (bytes: Uint8Array, from: number, end: number) => boolean): boolean {
    const end = this.#textEnd();
    if (end < 0 || !check(this.#bytes, this.#from, end)) return false;
    for (let at = this.#from; at < end; at++) this.#texts[this.#length++] = this.#bytes[at] as number;
    return true;
  }

  #id(): boolean {
    const bytes = this.#bytes;
    const from = this.#at + 2;
    if (bytes[this.#at] !== 0xc4 || bytes[this.#at + 1] !== 16 || from + 16 > this.#end || !isUuid7(bytes, from)) {
      return false;
    }
    const texts = this.#texts;
    let to = this.#length;
    for (let at = 0; at < 16; at++) {
      if (at === 4 || at === 6 || at === 8 || at === 10) texts[to++] = 0x2d;
      const byte = bytes[from + at] as number;
      texts[to++] = DIGITS[byte >> 4] as number;
      texts[to++] = DIGITS[byte & 15] as number;
    }
    this.#length = to;
    this.#at = from + 16;
    return true;
  }

  /** An integer from 0 to 2^53 - 1 in its shortest form; -1 for anything else. */
  #uint(): number {
    const bytes = this.#bytes;
    const head = bytes[this.#at] as number;
    if (head < 0x80) {
      this.#at++;
      return head;
    }
    const width = head === 0xcc ? 1 : head === 0xcd ? 2 : head === 0xce ? 4 : head === 0xcf ? 8 : 0;
    if (width === 0 || this.#at + 1 + width > this.#end) return -1;
    let value = 0;
    for (let at = this.#at + 1; at <= this.#at + width; at++) value = value * 256 + (bytes[at] as number);
    this.#at += 1 + width;
    return value < 0x20_0000 * HALF ? value : -1;
  }

  /** Takes the application's fields; answers how many there are, 0 for what is left to the module. */
  #skipHeaders(): number {
    const head = this.#bytes[this.#at++] as number;
    if (head < 0x81 || head > 0x8f) return 0;
    const count = head & 0x0f;
    this.#cuts[0] = this.#length;
    for (let index = 0; index < count * 2; index++) {
      if (!this.#text(index % 2 === 0 ? isName : isAscii)) return 0;
      this.#cuts[index + 1] = this.#length;
    }
    return count;
  }

  /** The application's fields, cut from all texts; `null` when they are not in order. */
  #headers(all: string, count: number): Readonly<Record<string, string>> | null {
    const headers: Record<string, string> = {};
    const cuts = this.#cuts;
    let before = "";
    for (let index = 0; index < count; index++) {
      const name = all.slice(cuts[index * 2], cuts[index * 2 + 1]);
      if ((name <= before && before !== "") || name === "__proto__") return null;
      before = name;
      headers[name] = all.slice(cuts[index * 2 + 1], cuts[index * 2 + 2]);
    }
    return headers;
  }

  /** Takes the extensions; answers as {@link #skipHeaders}. */
  #skipExtensions(): number {
    const head = this.#bytes[this.#at++] as number;
    if (head < 0x81 || head > 0x8f) return 0;
    const count = head & 0x0f;
    const cuts = this.#extensionCuts;
    cuts[0] = this.#length;
    for (let index = 0; index < count; index++) {
      if (!this.#text(isName)) return 0;
      cuts[index * 2 + 1] = this.#length;
      const critical = this.#bytes[this.#at + 1] as number;
      if (this.#bytes[this.#at] !== 0x92 || (critical !== 0xc2 && critical !== 0xc3)) return 0;
      this.#critical[index] = critical === 0xc3;
      this.#at += 2;
      if (!this.#text(isAscii)) return 0;
      cuts[index * 2 + 2] = this.#length;
    }
    return count;
  }

  /** The extensions, cut from all texts; `null` when they are not in order. */
  #extensions(all: string, count: number): Readonly<Record<string, Extension>> | null {
    const extensions: Record<string, Extension> = {};
    const cuts = this.#extensionCuts;
    let before = "";
    for (let index = 0; index < count; index++) {
      const name = all.slice(cuts[index * 2], cuts[index * 2 + 1]);
      if ((name <= before && before !== "") || name === "__proto__") return null;
      before = name;
      const value = all.slice(cuts[index * 2 + 1], cuts[index * 2 + 2]);
      extensions[name] = { critical: this.#critical[index] as boolean, value };
    }
    return extensions;
  }
}

function targetOf(target: number, name: string): Target {
  if (target === 6) return { topic: name };
  return target === 5 ? { agent: name } : { broadcast: true };
}

function traceOf(traceparent: string): TraceContext {
  return { traceparent, tracestate: undefined, baggage: undefined };
}

const TRACE_UNITS = 55;
const VERSION: Uint8Array = Uint8Array.of(0xa5, 0x31, 0x2e, 0x30, 0x2e, 0x30);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
