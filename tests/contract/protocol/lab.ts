import { readFileSync } from "node:fs";
import { PolyphonError } from "../../../npm/src/errors/error.ts";
import { Compressor } from "../../../npm/src/protocol/compression/compressor.ts";
import { type Envelope, Payload, type Protocol } from "../../../npm/src/protocol/index.node.ts";
import { Protocol as Loaded } from "../../../npm/src/protocol/protocol.ts";
import { WasmEngine } from "../../../npm/src/protocol/sealing/wasm-engine.ts";
import { instantiateCompression } from "../../../npm/src/wasm/compression.ts";
import { instantiateSealing } from "../../../npm/src/wasm/sealing.ts";

/** Rows of a file of the shared vectors. */
export function rows<T>(file: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/protocol/${file}`, import.meta.url), "utf8")) as T[];
}

/** The protocol as a page has it: every key in WebAssembly, and compression only once it was loaded. */
export function portable(): Protocol {
  const engine = new WasmEngine(async () => instantiateSealing(compiled("sealing")));
  const compressor = new Compressor({ load: async () => instantiateCompression(compiled("compression")) });
  return new Loaded(compiled("protocol"), engine, compressor);
}

/** A valid message with these parts. */
export function envelope(parts: Partial<Envelope> = {}): Envelope {
  return {
    id: "0197f3c7-1500-7001-8203-040506070800",
    kind: "event",
    source: "sensor",
    target: { topic: "plant.7.state" },
    timestampMs: 1_752_141_600_000,
    payload: Payload.json({ name: "reading", data: [1, 2.5, "é"] }),
    ...parts,
  };
}

/** The code and field of what a call is refused with. */
export function refused(call: () => unknown): readonly [string, unknown] {
  try {
    call();
  } catch (error) {
    if (error instanceof PolyphonError) return [error.code, error.details.field];
    throw error;
  }
  throw new Error("nothing was refused");
}

export const fromHex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, "hex"));

function compiled(name: string): WebAssembly.Module {
  const file = new URL(`../../../npm/src/wasm/generated/${name}.wasm`, import.meta.url);
  return new WebAssembly.Module(readFileSync(file));
}
