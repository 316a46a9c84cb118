import type { RawGuard } from "../../wasm/protocol.ts";
import { refusing } from "../failure.ts";
import { type Epoch, halves } from "../negotiation.ts";

/**
 * Refuses packets that came before: for each sender and key it keeps the epoch of the connection, the highest counter
 * and which of the 1,024 below it came. Nothing is kept per message.
 */
export class ReplayGuard {
  /** @internal */
  readonly raw: RawGuard;

  /** @internal */
  constructor(raw: RawGuard) {
    this.raw = raw;
  }

  /** Begins an epoch of a sender with a key; forgets the one before. `PROTOCOL_LIMIT_EXCEEDED` above 10,000 senders. */
  begin(sender: string, keyId: string, epoch: Epoch): void {
    refusing(() => this.raw.begin(sender, keyId, halves(epoch)));
  }

  /**
   * Lets a packet pass once, whose epoch, counter and key id begin at `at`. @internal
   */
  admits(sender: string, packet: Uint8Array, at: number, idBytes: number): boolean {
    return this.raw.admits(sender, packet.subarray(at, at + 16 + idBytes));
  }

  /** Forgets a sender, with all its keys. */
  end(sender: string): void {
    this.raw.end(sender);
  }
}
