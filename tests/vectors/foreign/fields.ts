// What an envelope of the vectors says, taken from its JSON without any code of ours.

/** A row of `envelopes.json`; the bytes are hexadecimal. */
export interface Row {
  readonly name: string;
  readonly json: string;
  readonly msgpack: string;
  readonly protobuf: string;
}

/** A row of `foreign.json`: the bytes another encoder writes for a message. */
export interface ForeignRow {
  readonly name: string;
  readonly codec: "msgpack" | "protobuf";
  readonly encoder: string;
  readonly bytes: string;
}

/** The document, as far as the vectors use it. */
export interface Document {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly source: string;
  readonly target: { readonly agent?: string; readonly topic?: string; readonly broadcast?: true };
  readonly timestamp: number;
  readonly priority?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly replyTo?: string;
  readonly ttl?: number;
  readonly trace_context?: { readonly traceparent: string; readonly tracestate?: string; readonly baggage?: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly schema?: string;
  readonly extensions?: Readonly<Record<string, { readonly critical: boolean; readonly value: string }>>;
  readonly encoding?: "msgpack" | "bytes";
  readonly payload?: unknown;
}

export const KINDS = ["command", "query", "response", "event", "heartbeat", "error", "data", "notification"];
export const PRIORITIES = ["low", "medium", "high", "critical"];
export const ENCODINGS = ["json", "msgpack", "bytes"];

export function document(row: Row): Document {
  return JSON.parse(row.json) as Document;
}

/** The payload's bytes, which are the same in every codec. */
export function payload(row: Row): Uint8Array | undefined {
  const { encoding, payload: value } = document(row);
  if (encoding !== undefined) return Buffer.from(value as string, "base64");
  const start = row.json.indexOf('"payload":');
  return start < 0 ? undefined : Buffer.from(row.json.slice(start + '"payload":'.length, -1));
}

export function uuid(text: string): Uint8Array {
  return Buffer.from(text.replaceAll("-", ""), "hex");
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
