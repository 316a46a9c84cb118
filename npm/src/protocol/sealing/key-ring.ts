import type { RawRing } from "../../wasm/protocol.ts";
import { protocolError, refusing } from "../failure.ts";
import { numberOf, SEALS, type SealName } from "../wire/names.ts";
import type { Engine, EngineKey } from "./engine.ts";

/** A secret key. */
export interface SecretKey {
  /** 1 to 64 printable ASCII characters; stands in every packet the key seals, and means one key for ever. */
  readonly id: string;
  readonly seal: SealName;
  /** 16 to 1,024 bytes for HMAC, the 32 bytes of the seed for Ed25519, 32 bytes for the ciphers. Copied. */
  readonly secret: Uint8Array;
}

/** The public half of an Ed25519 pair: opens and cannot seal. */
export interface PublicKey {
  readonly id: string;
  readonly seal: "ed25519";
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A key of HMAC that the host holds, and the bytes of its id. @internal */
export interface DirectKey {
  readonly id: Uint8Array;
  /** The tag of what stands from `from` to `end`, a unit a byte; the 64 bytes before are overwritten. */
  tag(bytes: Uint8Array, from: number, end: number): string;
  /** The same for bytes with nothing before them. */
  longTag(bytes: Uint8Array): string;
}

/** Keys by their ids. One of them seals; all of them open, so a key can be replaced while packets are under way. */
export class KeyRing {
  /** @internal */
  readonly raw: RawRing;
  readonly #engine: Engine;
  readonly #keys = new Map<number, EngineKey>();
  readonly #handles = new Map<string, number>();
  #direct: readonly DirectKey[] = [];
  #sealing: DirectKey | undefined;
  #next = 1;

  /** @internal */
  constructor(raw: RawRing, engine: Engine) {
    this.raw = raw;
    this.#engine = engine;
  }

  /**
   * Adds a key that opens. `PROTOCOL_KEY_DUPLICATE` when its id is taken, `PROTOCOL_SEAL_UNSUPPORTED` when its size does
   * not fit or it is weak, `PROTOCOL_LIMIT_EXCEEDED` above 1,000 keys.
   */
  async add(key: SecretKey | PublicKey): Promise<void> {
    await this.#hold(key, false);
  }

  /** Adds a key that seals from now on; the one before goes on opening until it is retired. Refuses what `add` does. */
  async rotate(key: SecretKey): Promise<void> {
    await this.#hold(key, true);
  }

  /** Forgets a key: what it sealed is refused from now on. `false` when there is none of this id. */
  retire(id: string): boolean {
    const handle = this.#handles.get(id);
    if (handle !== undefined) this.#keys.get(handle)?.dispose();
    this.#keys.delete(handle ?? 0);
    this.#handles.delete(id);
    const isOther = (key: DirectKey): boolean => decoder.decode(key.id) !== id;
    this.#direct = this.#direct.filter(isOther);
    if (this.#sealing !== undefined && !isOther(this.#sealing)) this.#sealing = undefined;
    return this.raw.retire(id);
  }

  /** Tells how often a key sealed before this ring was made: AES-256-GCM allows 2^32 messages a key. */
  resume(id: string, sealed: number): boolean {
    return this.raw.resume(id, sealed);
  }

  /** Ids of the keys, in their order. */
  get ids(): readonly string[] {
    return this.raw.ids();
  }

  /** @internal */
  engineKey(handle: number): EngineKey {
    const key = this.#keys.get(handle);
    if (key === undefined) throw protocolError("PROTOCOL_KEY_UNKNOWN", "key", "must be in the ring", "another key");
    return key;
  }

  /** The key that seals, if it needs no call into the module. @internal */
  get sealing(): DirectKey | undefined {
    return this.#sealing;
  }

  /** The key whose id stands there, if it needs no call into the module. @internal */
  opening(packet: Uint8Array, at: number, length: number): DirectKey | undefined {
    for (const key of this.#direct) {
      if (key.id.length === length && isAt(packet, at, key.id)) return key;
    }
    return undefined;
  }

  /** @internal */
  get ownHmacBytes(): number {
    return this.#engine.ownHmacBytes;
  }

  async #hold(key: SecretKey | PublicKey, seals: boolean): Promise<void> {
    const { id, seal } = key;
    const secret = "secret" in key ? key.secret.slice() : undefined;
    const own = seal === "hmac-sha256" ? secret : undefined;
    const handle = this.#next++;
    const held = await this.#imported(key, secret);
    try {
      refusing(() => this.raw.add(id, numberOf(SEALS, seal), secret !== undefined, seals, handle, own));
    } catch (error) {
      held?.dispose();
      throw error;
    } finally {
      secret?.fill(0);
    }
    if (held !== undefined) this.#keys.set(handle, held);
    this.#handles.set(id, handle);
    const direct = held?.direct?.(encoder.encode(id));
    if (direct !== undefined) this.#direct = [...this.#direct, direct];
    if (seals) this.#sealing = direct;
  }

  async #imported(key: SecretKey | PublicKey, secret: Uint8Array | undefined): Promise<EngineKey | undefined> {
    if (secret === undefined) return this.#engine.publicKey(key.id, (key as PublicKey).publicKey);
    if (key.seal === "hmac-sha256" && this.#engine.ownHmacBytes === Number.MAX_SAFE_INTEGER) return undefined;
    return this.#engine.key(key.id, key.seal, secret);
  }
}

function isAt(packet: Uint8Array, at: number, id: Uint8Array): boolean {
  for (let index = 0; index < id.length; index++) if (packet[at + index] !== id[index]) return false;
  return true;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
