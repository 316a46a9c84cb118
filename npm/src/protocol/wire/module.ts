import { instantiateProtocol, type ProtocolBindings, type RawProtocol } from "../../wasm/protocol.ts";
import type { Envelope, ReceivedEnvelope } from "../envelope.ts";
import { refusal } from "../failure.ts";
import { Incoming, Outgoing } from "./table.ts";

/** What a call answers when the module refused it, and when it leaves a seal or a compressed payload to the host. */
const REFUSED = -1;
export const TO_HOST = -2;
export const TO_EXPAND = -3;

/** One instance of the module and its memory. @internal */
export class ProtocolModule {
  readonly bindings: ProtocolBindings;
  readonly raw: RawProtocol;
  #bytes: Uint8Array;
  #words: Uint32Array;
  #pool = new Uint8Array(POOL);
  #used = 0;

  constructor(module: WebAssembly.Module) {
    this.bindings = instantiateProtocol(module);
    this.raw = new this.bindings.RawProtocol();
    this.#bytes = new Uint8Array(this.bindings.memory.buffer);
    this.#words = new Uint32Array(this.bindings.memory.buffer);
  }

  /** The module's memory, for as long as no call is made. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes;
  }

  /** Numbers of the table, for as long as no call is made. */
  words(): Uint32Array {
    if (this.#words.length === 0) this.#look();
    return this.#words.subarray(this.raw.tableAt() >>> 2);
  }

  /** Describes a message to the module. */
  put(envelope: Envelope): void {
    const out = new Outgoing(envelope);
    const { payload, words, text } = out;
    let room = text.length * 3 + (payload?.room ?? 0);
    for (const field of out.unknown) room += field.bytes.length;
    const input = this.raw.input(room);
    const table = this.raw.table(words.length) >>> 2;
    const bytes = this.bytes;
    let at = encoder.encodeInto(text, bytes.subarray(input, input + text.length * 3)).written;
    words[25] = at;
    for (const field of out.unknown) {
      bytes.set(field.bytes, input + at);
      at += field.bytes.length;
    }
    if (payload !== undefined) {
      words[22] = at;
      words[23] = payload.writeInto(bytes, input + at);
    }
    if (this.#words.length === 0) this.#look();
    this.#words.set(words, table);
  }

  /** Copies bytes to where the module reads them; answers where that is. */
  load(bytes: Uint8Array): number {
    const at = this.raw.input(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }

  /** The bytes a call answered with their number. */
  taken(length: number): Uint8Array {
    const at = this.raw.output();
    const end = at + this.checked(length);
    if (length > POOLED) return this.bytes.slice(at, end);
    if (this.#used + length > this.#pool.length) {
      this.#pool = new Uint8Array(POOL);
      this.#used = 0;
    }
    const taken = this.#pool.subarray(this.#used, this.#used + length);
    taken.set(this.bytes.subarray(at, end));
    this.#used += length;
    return taken;
  }

  /** The message a call described with the number of bytes it answered. */
  message(length: number, source: Uint8Array): ReceivedEnvelope {
    this.checked(length);
    const at = this.raw.output();
    return new Incoming(this.words(), this.bytes.subarray(at, at + length)).read(source);
  }

  /** Throws what the module refused. */
  checked(answer: number): number {
    if (answer === REFUSED) throw refusal(this.raw.takeFailure());
    return answer;
  }

  #look(): void {
    this.#bytes = new Uint8Array(this.bindings.memory.buffer);
    this.#words = new Uint32Array(this.bindings.memory.buffer);
  }
}

/** Small messages share memory: each with memory of its own would cost more than all the rest. */
const POOL = 32_768;
const POOLED = 4_096;

/** Bytes nobody else can change while they are checked. */
export function own(bytes: Uint8Array): Uint8Array {
  const shared = typeof SharedArrayBuffer !== "undefined" && bytes.buffer instanceof SharedArrayBuffer;
  return shared ? bytes.slice() : bytes;
}

const encoder = new TextEncoder();
