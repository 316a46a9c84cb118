import { Bus, memoryTransport } from "../../../npm/src/browser.ts";
import { type TransportSubject, transportContract } from "../../../npm/src/testing/transport-contract.ts";
import { webSocketTransport } from "../../../npm/src/transports/websocket/index.ts";
import { workerTransport } from "../../../npm/src/transports/worker/worker-transport.ts";
import { type Outcome, Runner } from "./runner.ts";

/** Runs the transport contract in this page; `url` is a server with a bus for each token. */
export async function transports(url: string): Promise<readonly Outcome[]> {
  const runner = new Runner();
  transportContract("memory", memorySubject, runner);
  transportContract("worker", workerSubject, runner);
  transportContract("websocket", () => webSocketSubject(url), runner);
  return runner.run();
}

async function memorySubject(): Promise<TransportSubject> {
  const bus = new Bus();
  return { open: async () => memoryTransport(bus), teardown: () => bus.close() };
}

async function workerSubject(): Promise<TransportSubject> {
  const worker = new Worker(new URL("./bus-worker.ts", import.meta.url), { type: "module" });
  return {
    async open() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage(null, [port2]);
      return workerTransport(port1, { heartbeatMs: 5_000 });
    },
    teardown: async () => worker.terminate(),
  };
}

async function webSocketSubject(url: string): Promise<TransportSubject> {
  const token = crypto.randomUUID();
  return { open: async () => webSocketTransport(url, { token }), teardown: async () => undefined };
}
