// What:  two sides agree on a codec and a seal; one sends; what was changed or sent twice is refused.
// Run:   npm run example sealed-messages
// See:   what they agreed on, where the packet goes, what arrived, and the codes of what was refused.
import { type Envelope, loadProtocol, Payload, PolyphonError } from "polyphon/protocol";

const protocol = await loadProtocol();

// Who connects says what it can; the other chooses. The shared key keeps others from changing the lists.
const shared = new TextEncoder().encode("a secret of sixteen bytes or more");
const hello = protocol.negotiation.hello({ seals: ["xchacha20-poly1305", "hmac-sha256"] }, shared);
const { welcome } = protocol.negotiation.answer(hello, { seals: ["xchacha20-poly1305"] }, shared);
const { choice, epoch } = protocol.negotiation.accept(hello, welcome, shared);
console.log(`agreed on ${choice.codec}, ${choice.seal}`);

const ring = protocol.keyRing();
await ring.rotate({ id: "2025-07", seal: "xchacha20-poly1305", secret: new Uint8Array(32).fill(7) });
const guard = protocol.replayGuard();
guard.begin("planner", "2025-07", epoch);

const message: Envelope = {
  id: protocol.messageId(Date.now()),
  kind: "event",
  source: "planner",
  target: { topic: "plans.new" },
  timestampMs: Date.now(),
  payload: Payload.json({ name: "plan_ready", data: { tasks: 12 } }),
};
const packet = protocol.pack(message, { codec: choice.codec, seal: { ring, epoch, counter: 1 } });
console.log(`${packet.length} bytes on their way to ${JSON.stringify(protocol.peek(packet).target)}`);

const received = protocol.open(packet, { ring, guard, sealedOnly: true });
console.log(`received ${JSON.stringify(received.payload?.value())}`);

const changed = packet.slice();
changed[changed.length - 1] = (changed[changed.length - 1] as number) ^ 1;
for (const [what, bytes] of [
  ["changed", changed],
  ["sent twice", packet],
] as const) {
  try {
    protocol.open(bytes, { ring, guard, sealedOnly: true });
    throw new Error(`what was ${what} came through`);
  } catch (error) {
    if (!(error instanceof PolyphonError)) throw error;
    console.log(`${what}: ${error.code}`);
  }
}
