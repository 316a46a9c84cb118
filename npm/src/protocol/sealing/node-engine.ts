import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import { protocolError } from "../failure.ts";
import type { SealName } from "../wire/names.ts";
import type { Engine, EngineKey, Sealed } from "./engine.ts";

/** Up to here the protocol's module hashes faster than it takes to call the host. */
const OWN_HMAC_BYTES = 512;

/** Keys of Node's own cryptography where that is faster; others are the module's. */
export class NodeEngine implements Engine {
  readonly ownHmacBytes: number = OWN_HMAC_BYTES;
  readonly #others: Engine;

  constructor(others: Engine) {
    this.#others = others;
  }

  async key(id: string, seal: SealName, secret: Uint8Array): Promise<EngineKey> {
    if (seal === "hmac-sha256") return new HmacKey(createSecretKey(secret));
    // Any other size is refused by the module, by name.
    if (seal === "aes-256-gcm" && secret.length === 32) return new AesKey(createSecretKey(secret));
    return this.#others.key(id, seal, secret);
  }

  publicKey(id: string, bytes: Uint8Array): Promise<EngineKey> {
    return this.#others.publicKey(id, bytes);
  }
}

class HmacKey implements EngineKey {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  seal(packet: Uint8Array): Sealed {
    return { tag: createHmac("sha256", this.#key).update(packet).digest() };
  }

  open(packet: Uint8Array, _payloadAt: number, _nonce: Uint8Array, tag: Uint8Array): undefined {
    if (!timingSafeEqual(this.seal(packet).tag, tag)) throw broken();
  }

  dispose(): void {}
}

class AesKey implements EngineKey {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  seal(packet: Uint8Array, payloadAt: number, nonce: Uint8Array): Sealed {
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: 16 });
    cipher.setAAD(packet.subarray(0, payloadAt));
    const payload = cipher.update(packet.subarray(payloadAt));
    cipher.final();
    return { payload, tag: cipher.getAuthTag() };
  }

  open(packet: Uint8Array, payloadAt: number, nonce: Uint8Array, tag: Uint8Array): Uint8Array {
    const cipher = createDecipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: 16 });
    cipher.setAAD(packet.subarray(0, payloadAt));
    cipher.setAuthTag(tag);
    const payload = cipher.update(packet.subarray(payloadAt));
    try {
      cipher.final();
    } catch {
      throw broken();
    }
    return payload;
  }

  dispose(): void {}
}

function broken(): Error {
  return protocolError("PROTOCOL_SEAL_BROKEN", "seal", "must fit the packet", "another tag");
}
