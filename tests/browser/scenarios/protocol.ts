import assert from "node:assert/strict";
import { loadProtocol, Payload, type SealName } from "../../../npm/src/protocol/index.node.ts";
import { inTab, type Stage } from "../stage.ts";

const SEALS: readonly (SealName | undefined)[] = [
  undefined,
  "hmac-sha256",
  "ed25519",
  "xchacha20-poly1305",
  "aes-256-gcm",
];

/** Packets from this process are read in a page, and those the page writes in this process. */
export async function protocol({ checks, ...stage }: Stage): Promise<void> {
  const here = await loadProtocol();
  const secret = Uint8Array.from({ length: 32 }, (_, n) => n);
  const value = { name: "reading", data: [1, 2.5, "é", null, { deep: true }] };
  const message = {
    id: "0197f3c7-1500-7001-8203-040506070800",
    kind: "event",
    source: "sensor",
    target: { topic: "plant.7.state" },
    timestampMs: 1_752_141_600_000,
    headers: { region: "eu" },
  } as const;
  for (const seal of SEALS) {
    await checks.check(`packets pass between Node and a page: ${seal ?? "no seal"}`, () =>
      inTab({ checks, ...stage }, async (page) => {
        const ring = here.keyRing();
        if (seal !== undefined) await ring.rotate({ id: "k1", seal, secret });
        const sent = [Payload.msgpack(value), Payload.json(value)].map((payload) => {
          const options = seal === undefined ? {} : { seal: { ring, epoch: 5n, counter: 1 } };
          return { packet: Buffer.from(here.pack({ ...message, payload }, options)).toString("hex"), seal };
        });
        const answers = await page.evaluate(([packets, bytes]) => window.lab.answerPackets(packets, bytes), [
          sent,
          [...secret],
        ] as const);
        assert.equal(answers.length, sent.length);
        for (const { packet, said } of answers) {
          assert.deepEqual(JSON.parse(said), [message.source, message.headers, value]);
          const back = here.open(Buffer.from(packet, "hex"), { ring, sealedOnly: seal !== undefined });
          assert.deepEqual(back.payload?.value(), value);
          assert.equal(back.id, message.id);
        }
      }),
    );
  }
}
