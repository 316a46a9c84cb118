/** `polyphon/protocol` under Node: the same names as `index.ts`; the wasm comes from the disk, the host's keys are used. */
import { readFileSync } from "node:fs";
import { instantiateCompression } from "../wasm/compression.ts";
import { instantiateSealing } from "../wasm/sealing.ts";
import { Compressor } from "./compression/compressor.ts";
import { Protocol } from "./protocol.ts";
import { NodeEngine } from "./sealing/node-engine.ts";
import { WasmEngine } from "./sealing/wasm-engine.ts";

export * from "./exports.ts";

/** Loads the protocol. Keys of some kinds load one more module, once, and so does the first message that is compressed. */
export async function loadProtocol(): Promise<Protocol> {
  const sealing = async () => instantiateSealing(compile("sealing.wasm"));
  const compressor = new Compressor({ atHand: () => instantiateCompression(compile("compression.wasm")) });
  return new Protocol(compile("protocol.wasm"), new NodeEngine(new WasmEngine(sealing)), compressor);
}

function compile(name: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`../wasm/generated/${name}`, import.meta.url)));
}
