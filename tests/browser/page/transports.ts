import { Bus, memoryTransport } from "../../../npm/src/browser.ts";
import { loadProtocol } from "../../../npm/src/protocol/index.ts";
import { type TransportSubject, transportContract } from "../../../npm/src/testing/transport-contract.ts";
import { type SpeechOptions, webSocketTransport } from "../../../npm/src/transports/websocket/index.ts";
import { workerTransport } from "../../../npm/src/transports/worker/worker-transport.ts";
import { type Outcome, Runner } from "./runner.ts";

/**
 * Runs the transport contract in this page; both addresses are servers with a bus for each token, and the second one speaks
 * sealed with this key only.
 */
export async function transports(url: string, sealedUrl: string, key: readonly number[]): Promise<readonly Outcome[]> {
  const runner = new Runner();
  const secret = Uint8Array.from(key);
  const protocol = await loadProtocol();
  const ring = protocol.keyRing();
  await ring.rotate({ id: "page", seal: "xchacha20-poly1305", secret });
  const sealed: SpeechOptions = {
    protocol,
    key: secret,
    seals: { "xchacha20-poly1305": ring },
    codecs: ["protobuf"],
    compressions: ["lz4"],
  };
  transportContract("memory", memorySubject, runner);
  transportContract("worker", workerSubject, runner);
  transportContract("websocket", () => webSocketSubject(url), runner);
  transportContract("websocket, sealed", () => webSocketSubject(sealedUrl, sealed), runner);
  return runner.run();
}

/** What a page may do that allows neither `eval` nor WebAssembly, and what a bus at `url` answers it there. */
export async function plainly(url: string): Promise<readonly unknown[]> {
  const allowed = async (attempt: () => unknown): Promise<boolean> => {
    try {
      await attempt();
      return true;
    } catch {
      return false;
    }
  };
  // The tool that calls this lets its own turn evaluate what it likes.
  await new Promise((resolve) => setTimeout(resolve));
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  await using bus = new Bus({ transport: webSocketTransport(url, { token: "plain" }) });
  return [
    await allowed(() => new Function("return 1")()),
    await allowed(() => WebAssembly.compile(empty)),
    await bus.request("length", { text: "x".repeat(100_000), bytes: empty }),
  ];
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

async function webSocketSubject(url: string, speech: SpeechOptions = {}): Promise<TransportSubject> {
  const token = crypto.randomUUID();
  return { open: async () => webSocketTransport(url, { token, speech }), teardown: async () => undefined };
}
