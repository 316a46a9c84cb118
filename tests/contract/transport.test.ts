import { describe, test } from "vitest";
import { Bus } from "../../npm/src/bus/bus.ts";
import { type TransportSubject, transportContract } from "../../npm/src/testing/transport-contract.ts";
import { memoryTransport } from "../../npm/src/transports/memory/memory-transport.ts";
import type { Transport } from "../../npm/src/transports/transport.ts";
import { webSocketTransport } from "../../npm/src/transports/websocket/index.node.ts";
import { webSocketServer } from "../../npm/src/transports/websocket/server.ts";
import { serveWorker, workerTransport } from "../../npm/src/transports/worker/worker-transport.ts";

const api = { describe, test, skip: test.skip };

transportContract("memory", memorySubject, api);
transportContract("worker", workerSubject, api);
transportContract("websocket", webSocketSubject, api);

async function memorySubject(): Promise<TransportSubject> {
  const bus = new Bus();
  return { open: async () => memoryTransport(bus), teardown: () => bus.close() };
}

async function workerSubject(): Promise<TransportSubject> {
  const bus = new Bus();
  const ports: MessagePort[] = [];
  return {
    async open() {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      serveWorker(port2, memoryTransport(bus));
      return workerTransport(port1);
    },
    async teardown() {
      for (const port of ports) port.close();
      await bus.close();
    },
  };
}

async function webSocketSubject(): Promise<TransportSubject> {
  const bus = new Bus();
  const server = await webSocketServer({ authenticate: () => ({ name: "tester", transport: memoryTransport(bus) }) });
  return {
    open: async (): Promise<Transport> => webSocketTransport(`ws://127.0.0.1:${server.port}`),
    async teardown() {
      await server.close();
      await bus.close();
    },
  };
}
