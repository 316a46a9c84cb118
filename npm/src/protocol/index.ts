/** `polyphon/protocol`: messages byte for byte; the wasm is fetched from beside this package. */
import { compileFrom } from "../wasm/browser.ts";
import { instantiateSealing } from "../wasm/sealing.ts";
import { Protocol } from "./protocol.ts";
import { WasmEngine } from "./sealing/wasm-engine.ts";

export * from "./exports.ts";

/** Loads the protocol. Keys of anything but HMAC load one more module, once. `KERNEL_UNAVAILABLE` when it is not served. */
export async function loadProtocol(): Promise<Protocol> {
  const module = await compileFrom(new URL("../wasm/generated/protocol.wasm", import.meta.url));
  const sealing = async () =>
    instantiateSealing(await compileFrom(new URL("../wasm/generated/sealing.wasm", import.meta.url)));
  return new Protocol(module, new WasmEngine(sealing));
}
