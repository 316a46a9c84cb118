import type { SealName } from "../wire/names.ts";
import type { DirectKey } from "./key-ring.ts";

/** A key as a host's cryptography holds it. */
export interface EngineKey {
  /**
   * Seals a packet without its tag, whose payload begins at `payloadAt`. The tag, and for ciphers the payload as it
   * travels.
   */
  seal(packet: Uint8Array, payloadAt: number, nonce: Uint8Array): Sealed;
  /**
   * Checks the tag of a packet without it; for ciphers the payload as it was. `PROTOCOL_SEAL_BROKEN`, whatever is
   * wrong.
   */
  open(packet: Uint8Array, payloadAt: number, nonce: Uint8Array, tag: Uint8Array): Uint8Array | undefined;
  /** The key as one of HMAC that needs no call into the module, if it is one. */
  direct?(id: Uint8Array): DirectKey;
  /** Erases what can be erased. */
  dispose(): void;
}

export interface Sealed {
  readonly tag: Uint8Array;
  readonly payload?: Uint8Array | undefined;
}

/** Where keys do their work. Sizes were not checked: that is the engine's part. */
export interface Engine {
  /** Packets of at most this many bytes are sealed with HMAC inside the protocol's module. */
  readonly ownHmacBytes: number;
  key(id: string, seal: SealName, secret: Uint8Array): Promise<EngineKey>;
  /** The public half of an Ed25519 pair; `PROTOCOL_SEAL_UNSUPPORTED` when it is weak or none. */
  publicKey(id: string, bytes: Uint8Array): Promise<EngineKey>;
}
