import { protocolError } from "../../protocol/failure.ts";
import type { Epoch } from "../../protocol/negotiation.ts";
import type { PacketSeal } from "../../protocol/packets.ts";
import type { Protocol } from "../../protocol/protocol.ts";
import type { KeyRing } from "../../protocol/sealing/key-ring.ts";
import type { ReplayGuard } from "../../protocol/sealing/replay-guard.ts";
import type { Speech } from "./speech.ts";

/** The other end of the connection, for its guard. */
const PEER = "peer";
/** Where epoch and counter stand in a packet, and how many bytes both have. */
const SEAL_AT = 24;
const SEAL_BYTES = 16;
/** Bytes of a nonce, by the seal's number. */
const NONCE_BYTES = [0, 0, 0, 24, 12];

/**
 * What is sealed and opened on one connection. Each end has an epoch of its own, so that nothing comes back to who said it, and
 * a counter; what comes passes once.
 */
export class Seals {
  readonly #ring: KeyRing;
  readonly #own: Epoch;
  readonly #theirs: Epoch;
  readonly #guard: ReplayGuard;
  readonly #known = new Set<string>();
  #counter = 0;

  constructor(speech: Speech, ring: KeyRing, epoch: Epoch, isAnswering: boolean) {
    this.#ring = ring;
    this.#own = isAnswering ? epoch ^ 1n : epoch;
    this.#theirs = isAnswering ? epoch : epoch ^ 1n;
    this.#guard = (speech.protocol as Protocol).replayGuard();
  }

  /** What seals the next packet. */
  next(): PacketSeal {
    this.#counter += 1;
    return { ring: this.#ring, epoch: this.#own, counter: this.#counter };
  }

  /** Lets a packet pass whose seal was found good. `PROTOCOL_REPLAYED` when it came before, or belongs elsewhere. */
  admit(packet: Uint8Array): void {
    const idBytes = packet[9] as number;
    const idAt = SEAL_AT + SEAL_BYTES + (NONCE_BYTES[packet[8] as number] as number);
    const said = new Uint8Array(SEAL_BYTES + idBytes);
    said.set(packet.subarray(SEAL_AT, SEAL_AT + SEAL_BYTES));
    said.set(packet.subarray(idAt, idAt + idBytes), SEAL_BYTES);
    // Keys come and go; all of them have the same epoch here.
    const key = decoder.decode(said.subarray(SEAL_BYTES));
    if (!this.#known.has(key)) {
      this.#guard.begin(PEER, key, this.#theirs);
      this.#known.add(key);
    }
    if (this.#guard.admits(PEER, said, 0, idBytes)) return;
    throw protocolError("PROTOCOL_REPLAYED", "counter", "must be a new one of this connection", "another one");
  }
}

const decoder = new TextDecoder();
