import { describe, test } from "vitest";
import { Bus } from "../../npm/src/bus/bus.ts";
import { type TransportSubject, transportContract } from "../../npm/src/testing/transport-contract.ts";
import { memoryTransport } from "../../npm/src/transports/memory/memory-transport.ts";
import { type SpeechOptions, webSocketTransport } from "../../npm/src/transports/websocket/index.node.ts";
import { webSocketServer } from "../../npm/src/transports/websocket/server.ts";
import { here, sealed, shared, there } from "./fixtures/keys.ts";

// However a connection speaks, it keeps the same contract.
const api = { describe, test, skip: test.skip };
const speeches: Readonly<Record<string, readonly [SpeechOptions, SpeechOptions]>> = {
  "JSON and LZ4": [{ codecs: ["json"], compressions: ["lz4"] }, { compressions: ["lz4"] }],
  "Protobuf and DEFLATE, encrypted": [
    await sealed(here, "xchacha20-poly1305", { codecs: ["protobuf"], compressions: ["deflate"] }),
    await sealed(there, "xchacha20-poly1305", { compressions: ["deflate"] }),
  ],
  "a shared key and HMAC": [
    await sealed(here, "hmac-sha256", { key: shared }),
    await sealed(there, "hmac-sha256", { key: shared }),
  ],
};
for (const [name, [client, server]] of Object.entries(speeches)) {
  transportContract(`websocket with ${name}`, () => speaking(client, server), api);
}

async function speaking(client: SpeechOptions, speech: SpeechOptions): Promise<TransportSubject> {
  const bus = new Bus();
  const server = await webSocketServer({
    authenticate: () => ({ name: "tester", transport: memoryTransport(bus) }),
    speech,
  });
  return {
    open: async () => webSocketTransport(`ws://127.0.0.1:${server.port}`, { speech: client }),
    async teardown() {
      await server.close();
      await bus.close();
    },
  };
}
