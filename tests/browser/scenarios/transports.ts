import { Bus } from "../../../npm/src/bus/bus.ts";
import { memoryTransport } from "../../../npm/src/transports/memory/memory-transport.ts";
import { webSocketServer } from "../../../npm/src/transports/websocket/server.ts";
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
  const server = await webSocketServer({
    authenticate: ({ token = "", origin }) =>
      origin === `http://127.0.0.1:${stage.port}`
        ? { name: "page", transport: memoryTransport(busOf(token)) }
        : undefined,
  });
  try {
    await inTab(stage, async (page) => {
      const outcomes = await page.evaluate((url) => window.lab.transports(url), `ws://127.0.0.1:${server.port}`);
      for (const { name, error } of outcomes) {
        await checks.check(name, async () => {
          if (error !== undefined) throw new Error(error);
        });
      }
    });
  } finally {
    await server.close();
    for (const bus of buses.values()) await bus.close();
  }
}
