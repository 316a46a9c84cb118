import type { Envelope, Extension, ReceivedEnvelope, Target, TraceContext, UnknownField } from "../envelope.ts";
import { protocolError } from "../failure.ts";
import { Payload } from "../payload.ts";
import { ENCODINGS, KINDS, numberOf, PRIORITIES } from "./names.ts";

// The other side of bindings/protocol/src/table.rs, which says what each word is.
const FIXED = 26;
const ABSENT = 0xffff_ffff;
const TEXTS = 7;
const COUNTS = 18;
const HALF = 0x1_0000_0000;

/** A message on its way into the module: its texts in one, its numbers, and its bytes. */
export class Outgoing {
  readonly words: number[] = new Array(FIXED).fill(0);
  text = "";
  #at = TEXTS;
  readonly payload: Payload | undefined;
  readonly unknown: readonly UnknownField[];

  constructor(envelope: Envelope) {
    const { words } = this;
    const { target, trace, payload } = envelope;
    words[0] = numberOf(KINDS, envelope.kind);
    words[1] = numberOf(PRIORITIES, envelope.priority ?? "medium");
    this.#wide(3, envelope.timestampMs, "timestamp");
    if (envelope.ttlMs === undefined) words[5] = words[6] = ABSENT;
    else this.#wide(5, envelope.ttlMs, "ttl");
    this.#text(envelope.id, "id");
    this.#text(envelope.version ?? "1.0.0", "version");
    this.#text(envelope.source, "source");
    this.#target(target);
    this.#optional(envelope.correlationId, "correlationId");
    this.#optional(envelope.causationId, "causationId");
    this.#optional(envelope.replyTo, "replyTo");
    this.#optional(envelope.schema, "schema");
    if (trace !== undefined) this.#text(trace.traceparent, "trace_context.traceparent");
    else this.#optional(undefined, "");
    this.#optional(trace?.tracestate, "trace_context.tracestate");
    this.#optional(trace?.baggage, "trace_context.baggage");
    this.#at = FIXED;
    this.unknown = this.#maps(envelope);
    // An encoder would put another character in the place of half a pair.
    if (!this.text.isWellFormed()) {
      throw protocolError("PROTOCOL_FIELD_INVALID", "message", "must have no lone surrogates", "text");
    }
    this.payload = payload;
    words[21] = payload === undefined ? 0 : numberOf(ENCODINGS, payload.encoding);
  }

  #maps(envelope: Envelope): readonly UnknownField[] {
    const { words } = this;
    for (const [name, value] of entries(envelope.headers)) {
      words[COUNTS] = (words[COUNTS] as number) + 1;
      this.#text(name, "headers");
      this.#text(value, "headers");
    }
    for (const [name, { value, critical }] of entries(envelope.extensions)) {
      words[COUNTS + 1] = (words[COUNTS + 1] as number) + 1;
      this.#text(name, "extensions");
      this.#text(value, "extensions");
      words[this.#at++] = critical ? 1 : 0;
    }
    const fields: UnknownField[] = [];
    for (const [name, field] of entries(envelope.unknown)) {
      words[COUNTS + 2] = fields.push(field);
      this.#text(name, "unknown");
      words[this.#at++] = numberOf(ENCODINGS, field.encoding);
      words[this.#at++] = field.bytes.length;
    }
    return fields;
  }

  #target(target: Target): void {
    const [number, field, name] = partsOf(target);
    this.words[2] = number;
    if (field === "target") this.#optional(undefined, field);
    else this.#text(name, field);
  }

  #optional(text: string | undefined, field: string): void {
    if (text === undefined) this.words[this.#at++] = ABSENT;
    else this.#text(text, field);
  }

  #text(text: string, field: string): void {
    if (typeof text !== "string") {
      const code = text === undefined ? "PROTOCOL_FIELD_MISSING" : "PROTOCOL_FIELD_INVALID";
      throw protocolError(code, field, text === undefined ? "must be there" : "must be text", typeof text);
    }
    this.words[this.#at++] = text.length;
    this.text += text;
  }

  #wide(at: number, number: number, field: string): void {
    if (!Number.isSafeInteger(number) || number < 0) {
      throw protocolError(
        "PROTOCOL_FIELD_INVALID",
        field,
        "must be an integer of milliseconds, not negative",
        typeof number,
      );
    }
    this.words[at] = number % HALF;
    this.words[at + 1] = Math.floor(number / HALF);
  }
}

/** Reads what the module says of a message. */
export class Incoming {
  readonly #words: Uint32Array;
  readonly #output: Uint8Array;
  readonly #text: string;
  #unit = 0;
  #at = TEXTS;

  /** `output` are the bytes the module answered; nothing of them is kept. */
  constructor(words: Uint32Array, output: Uint8Array) {
    this.#words = words;
    this.#output = output;
    this.#text = decoder.decode(output.subarray(0, words[25]));
  }

  /** The message; `source` is what it was read from: a payload that needed no work is a view of it. */
  read(source: Uint8Array): ReceivedEnvelope {
    const words = this.#words;
    const id = this.#next();
    const version = this.#next();
    const sender = this.#next();
    const target = this.#target();
    const correlationId = this.#optional();
    const causationId = this.#optional();
    const replyTo = this.#optional();
    const schema = this.#optional();
    const trace = this.#trace();
    this.#at = FIXED;
    return {
      id,
      version,
      kind: KINDS[(words[0] as number) - 1] ?? "data",
      source: sender,
      target,
      timestampMs: this.#wide(3),
      priority: PRIORITIES[(words[1] as number) - 1] ?? "medium",
      correlationId,
      causationId,
      replyTo,
      ttlMs: words[6] === ABSENT ? undefined : this.#wide(5),
      trace,
      headers: this.#map(0, () => this.#next()),
      schema,
      extensions: this.#map(1, (): Extension => ({ value: this.#next(), critical: this.#words[this.#at++] === 1 })),
      unknown: this.#unknown(),
      payload: this.#payload(source),
    };
  }

  #payload(source: Uint8Array): Payload | undefined {
    const encoding = ENCODINGS[(this.#words[21] as number) - 1];
    if (encoding === undefined) return undefined;
    const at = this.#words[22] as number;
    const end = at + (this.#words[23] as number);
    const made = this.#words[24] === 1;
    return Payload.encoded(encoding, made ? this.#output.slice(at, end) : source.subarray(at, end));
  }

  #target(): Target {
    switch (this.#words[2]) {
      case 1:
        return { agent: this.#next() };
      case 2:
        return { topic: this.#next() };
      default:
        this.#at++;
        return { broadcast: true };
    }
  }

  #trace(): TraceContext | undefined {
    const traceparent = this.#optional();
    const tracestate = this.#optional();
    const baggage = this.#optional();
    return traceparent === undefined ? undefined : { traceparent, tracestate, baggage };
  }

  #map<T>(which: number, read: () => T): Readonly<Record<string, T>> | undefined {
    const count = this.#words[COUNTS + which] as number;
    if (count === 0) return undefined;
    const map: Record<string, T> = {};
    for (let left = count; left > 0; left--) put(map, this.#next(), read());
    return map;
  }

  #unknown(): Readonly<Record<string, UnknownField>> | undefined {
    let from = this.#words[25] as number;
    return this.#map(2, () => {
      const encoding = ENCODINGS[(this.#words[this.#at++] as number) - 1] ?? "bytes";
      const bytes = this.#output.slice(from, from + (this.#words[this.#at++] as number));
      from += bytes.length;
      return { encoding, bytes };
    });
  }

  #next(): string {
    const length = this.#words[this.#at++] as number;
    const text = this.#text.slice(this.#unit, this.#unit + length);
    this.#unit += length;
    return text;
  }

  #optional(): string | undefined {
    if (this.#words[this.#at] !== ABSENT) return this.#next();
    this.#at++;
    return undefined;
  }

  #wide(at: number): number {
    return (this.#words[at] as number) + (this.#words[at + 1] as number) * HALF;
  }
}

/** Number, field and name of a target; 0, which the module refuses, for what is none. */
function partsOf(target: Target): readonly [number: number, field: string, name: string] {
  if (target === null || typeof target !== "object") return [0, "target", ""];
  if ("topic" in target) return [2, "target.topic", target.topic];
  if ("agent" in target) return [1, "target.agent", target.agent];
  return [target.broadcast === true ? 3 : 0, "target", ""];
}

/** A name like `__proto__` is one like any other. */
function put<T>(map: Record<string, T>, name: string, value: T): void {
  if (name === "__proto__") Object.defineProperty(map, name, { value, enumerable: true, configurable: true });
  else map[name] = value;
}

function entries<T>(map: Readonly<Record<string, T>> | undefined): readonly [string, T][] {
  return map === undefined ? NONE : Object.entries(map);
}

const NONE: readonly never[] = Object.freeze([]);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
