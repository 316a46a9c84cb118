import { Bus } from "../../../npm/src/bus/bus.ts";
import { loadProtocol } from "../../../npm/src/protocol/index.node.ts";
import { memoryTransport } from "../../../npm/src/transports/memory/memory-transport.ts";
import {
  type SpeechOptions,
  type WebSocketServer,
  webSocketServer,
} from "../../../npm/src/transports/websocket/server.ts";
import { inTab, type Stage } from "../stage.ts";

/** Every test of the transport contract in a page: memory, a Web Worker, and WebSocket to this process. */
export async function transports(stage: Stage): Promise<void> {
  const { checks } = stage;
  const buses = new Map<string, Bus>();
  const busOf = (token: string): Bus => {
    const bus = buses.get(token) ?? new Bus();
    buses.set(token, bus);
    return bus;
  };
  const served = async (speech: SpeechOptions = {}): Promise<WebSocketServer> =>
    webSocketServer({
      speech,
      authenticate: ({ token = "", origin }) =>
        origin === `http://127.0.0.1:${stage.port}`
          ? { name: "page", transport: memoryTransport(busOf(token)) }
          : undefined,
    });
  const key = Uint8Array.from({ length: 32 }, (_, n) => n * 5);
  const protocol = await loadProtocol();
  const ring = protocol.keyRing();
  await ring.rotate({ id: "page", seal: "xchacha20-poly1305", secret: key });
  const server = await served();
  const sealed = await served({ protocol, key, seals: { "xchacha20-poly1305": ring }, compressions: ["lz4"] });
  try {
    await inTab(stage, async (page) => {
      const outcomes = await page.evaluate(([url, sealedUrl, bytes]) => window.lab.transports(url, sealedUrl, bytes), [
        `ws://127.0.0.1:${server.port}`,
        `ws://127.0.0.1:${sealed.port}`,
        [...key],
      ] as const);
      for (const { name, error } of outcomes) {
        await checks.check(name, async () => {
          if (error !== undefined) throw new Error(error);
        });
      }
    });
    busOf("plain").respond<{ text: string; bytes: Uint8Array }>(
      "length",
      ({ payload }) => payload.text.length + payload.bytes.length,
    );
    await checks.check("a page that allows neither eval nor WebAssembly has a bus", async () => {
      const page = await stage.context.newPage();
      const policy = encodeURIComponent("script-src 'self'");
      await page.goto(`http://127.0.0.1:${stage.port}/?policy=${policy}`);
      await page.waitForFunction(() => window.lab !== undefined);
      const found = await page.evaluate((url) => window.lab.plainly(url), `ws://127.0.0.1:${server.port}`);
      await page.close();
      const expected = JSON.stringify([false, false, 100_008]);
      if (JSON.stringify(found) !== expected) throw new Error(`${JSON.stringify(found)} and not ${expected}`);
    });
  } finally {
    await server.close();
    await sealed.close();
    for (const bus of buses.values()) await bus.close();
  }
}
