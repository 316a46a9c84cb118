import { loadProtocol, type SealName } from "../../../npm/src/protocol/index.ts";

/** A packet in hexadecimal digits, and how it is sealed. */
export interface Sent {
  readonly packet: string;
  readonly seal: SealName | undefined;
}

/** Opens packets that were sealed with `secret` and writes each message anew, sealed the same way; what each said, as JSON. */
export async function answerPackets(
  sent: readonly Sent[],
  secret: readonly number[],
): Promise<readonly (Sent & { readonly said: string })[]> {
  const protocol = await loadProtocol();
  const answers: (Sent & { readonly said: string })[] = [];
  for (const { packet, seal } of sent) {
    const ring = protocol.keyRing();
    if (seal !== undefined) await ring.rotate({ id: "k1", seal, secret: Uint8Array.from(secret) });
    const message = protocol.open(fromHex(packet), { ring, sealedOnly: seal !== undefined });
    const options = seal === undefined ? {} : { seal: { ring, epoch: 5n, counter: 2 } };
    const said = JSON.stringify([message.source, message.headers, message.payload?.value()]);
    answers.push({ packet: toHex(protocol.pack(message, options)), seal, said });
  }
  return answers;
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
