/** `polyphon/protocol`: messages byte for byte; the wasm is fetched from beside this package. */
import { compileFrom } from "../wasm/browser.ts";
import { instantiateCompression } from "../wasm/compression.ts";
import { instantiateSealing } from "../wasm/sealing.ts";
import { Compressor } from "./compression/compressor.ts";
import { Protocol } from "./protocol.ts";
import { WasmEngine } from "./sealing/wasm-engine.ts";

export * from "./exports.ts";

/**
 * Loads the protocol. Keys of anything but HMAC load one more module, once; so does `loadCompression`. `KERNEL_UNAVAILABLE` when
 * it is not served.
 */
export async function loadProtocol(): Promise<Protocol> {
  const module = await compileFrom(new URL("../wasm/generated/protocol.wasm", import.meta.url));
  const sealing = async () =>
    instantiateSealing(await compileFrom(new URL("../wasm/generated/sealing.wasm", import.meta.url)));
  const compression = async () =>
    instantiateCompression(await compileFrom(new URL("../wasm/generated/compression.wasm", import.meta.url)));
  return new Protocol(module, new WasmEngine(sealing), new Compressor({ load: compression }));
}
