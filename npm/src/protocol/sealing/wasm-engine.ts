import type { RawKey, SealingBindings } from "../../wasm/sealing.ts";
import { refusing } from "../failure.ts";
import { numberOf, SEALS, type SealName } from "../wire/names.ts";
import type { Engine, EngineKey, Sealed } from "./engine.ts";

/** Keys in WebAssembly: the same everywhere. The module is loaded with the first key that needs it. */
export class WasmEngine implements Engine {
  readonly ownHmacBytes: number = Number.MAX_SAFE_INTEGER;
  readonly #load: () => Promise<SealingBindings>;
  #bindings: Promise<SealingBindings> | undefined;

  constructor(load: () => Promise<SealingBindings>) {
    this.#load = load;
  }

  async key(id: string, seal: SealName, secret: Uint8Array): Promise<EngineKey> {
    const { RawKey } = await this.#loaded();
    return new WasmKey(
      refusing(() => new RawKey(id, numberOf(SEALS, seal), secret)),
      tagBytes(seal),
    );
  }

  async publicKey(id: string, bytes: Uint8Array): Promise<EngineKey> {
    const { RawKey } = await this.#loaded();
    return new WasmKey(
      refusing(() => RawKey.public(id, bytes)),
      tagBytes("ed25519"),
    );
  }

  async #loaded(): Promise<SealingBindings> {
    this.#bindings ??= this.#load();
    try {
      return await this.#bindings;
    } catch (error) {
      // The next key tries again.
      this.#bindings = undefined;
      throw error;
    }
  }
}

class WasmKey implements EngineKey {
  readonly #key: RawKey;
  readonly #tagBytes: number;

  constructor(key: RawKey, tagBytes: number) {
    this.#key = key;
    this.#tagBytes = tagBytes;
  }

  seal(packet: Uint8Array, payloadAt: number, nonce: Uint8Array): Sealed {
    const sealed = refusing(() => this.#key.seal(packet, payloadAt, nonce));
    const end = sealed.length - this.#tagBytes;
    return { payload: sealed.subarray(0, end), tag: sealed.subarray(end) };
  }

  open(packet: Uint8Array, payloadAt: number, nonce: Uint8Array, tag: Uint8Array): Uint8Array {
    return refusing(() => this.#key.open(packet, payloadAt, nonce, tag));
  }

  dispose(): void {
    this.#key.free();
  }
}

/** Bytes of a tag or signature. */
function tagBytes(seal: SealName): number {
  return seal === "ed25519" ? 64 : seal === "hmac-sha256" ? 32 : 16;
}
