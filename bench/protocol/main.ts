// What a message costs: written, validated, signed, verified, read; and how fast one is routed.
// Run: npm run bench -- protocol [--json] [--rounds 15]
// You should see a row a metric, for Polyphon and the same work with libraries, and a ratio to the fastest of them.
import { isDeepStrictEqual, parseArgs } from "node:util";
import { type Envelope, loadProtocol, Payload } from "../../npm/src/protocol/index.node.ts";
import type { CodecName } from "../../npm/src/protocol/wire/names.ts";
import { Rows } from "../lib/rows.ts";
import { message, type Plain } from "./messages.ts";
import { STACKS, type Stack } from "./peers.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, rounds: { type: "string", default: "300" } } });
const rounds = Number(values.rounds);
const WARM = 100;
const rows = new Rows(values.json === true);
const protocol = await loadProtocol();
const ring = protocol.keyRing();
await ring.rotate({ id: "bench", seal: "hmac-sha256", secret: new Uint8Array(32).fill(7) });

/** Ours, made from the same object, so that its parts are copied as the others copy theirs. */
const ours = (codec: CodecName): Stack => ({
  name: `polyphon ${codec}`,
  write: (plain) => protocol.pack(envelope(plain), { codec, seal: { ring, epoch: 5n, counter: 1 } }),
  read: (bytes) => {
    const { timestampMs, trace, headers, payload, ...rest } = protocol.open(bytes, { ring, sealedOnly: true });
    return {
      ...rest,
      timestamp: timestampMs,
      trace_context: trace,
      headers,
      payload: payload?.value(),
    } as unknown as Plain;
  },
});

function envelope({ timestamp, trace_context, payload, ...rest }: Plain): Envelope {
  const carried = payload instanceof Uint8Array ? Payload.bytes(payload) : Payload.msgpack(payload);
  return { ...rest, timestampMs: timestamp, trace: trace_context, payload: carried } as Envelope;
}

/** Nanoseconds each call takes in the best of many short rounds; subjects take turns, since others use the machine too. */
function measured(calls: Readonly<Record<string, () => unknown>>, perRound: number): Record<string, number> {
  const best: Record<string, number> = {};
  for (let round = -WARM; round < rounds; round++) {
    for (const [name, call] of Object.entries(calls)) {
      const start = process.hrtime.bigint();
      for (let n = 0; n < perRound; n++) call();
      const each = Number(process.hrtime.bigint() - start) / perRound;
      if (round >= 0) best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, each);
    }
  }
  return best;
}

function same(one: unknown, other: unknown): boolean {
  const plainly = (payload: unknown): unknown => (payload instanceof Uint8Array ? Array.from(payload) : payload);
  return isDeepStrictEqual(plainly(one), plainly(other));
}

const own = [ours("msgpack")];
for (const opaque of [false, true]) {
  for (const bytes of [300, 2_000, 64_000]) {
    const plain = message(bytes, opaque);
    const calls: Record<string, () => unknown> = {};
    for (const stack of [...own, ...STACKS]) {
      const back = stack.read(stack.write(plain));
      if (!same(back.payload, plain.payload)) throw new Error(`${stack.name} lost the payload`);
      calls[stack.name] = () => stack.read(stack.write(plain));
    }
    const times = measured(calls, Math.ceil(200_000 / (bytes * 4 + 4_000)));
    const metric = `${opaque ? "opaque" : "structured"}_${bytes}`;
    for (const [name, each] of Object.entries(times)) rows.add(name, `signed_${metric}_ns`, each, "ns");
    const fastest = Math.min(...STACKS.map(({ name }) => times[name] as number));
    rows.add("polyphon", `times_best_stack_${metric}`, fastest / (times["polyphon msgpack"] as number), "times");
    // Whoever reads messages with shared structures must have read all before them.
    const alone = Math.min(...STACKS.filter((each) => !each.isShared).map(({ name }) => times[name] as number));
    rows.add("polyphon", `times_best_alone_${metric}`, alone / (times["polyphon msgpack"] as number), "times");
  }
}

// Routing reads where a message goes: its payload stays untouched, where a codec of whole objects reads all of it.
for (const bytes of [300, 64_000]) {
  const plain = message(bytes, false);
  const calls: Record<string, () => unknown> = {};
  for (const codec of ["msgpack", "protobuf", "json"] as const) {
    const encoded = protocol.encode(envelope(plain), codec);
    calls[`polyphon ${codec}`] = () => protocol.header(encoded, codec).target;
  }
  const [msgpackr] = STACKS as readonly [Stack, ...Stack[]];
  const signed = msgpackr.write(plain);
  calls["msgpackr+zod+node:crypto"] = () => msgpackr.read(signed).target;
  for (const [name, each] of Object.entries(measured(calls, bytes > 10_000 ? 5 : 30)))
    rows.add(name, `header_${bytes}_ns`, each, "ns");
}
rows.finish();
