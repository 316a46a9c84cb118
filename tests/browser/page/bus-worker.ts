/** A Web Worker with a bus that pages reach through ports. */
import { Bus, memoryTransport } from "../../../npm/src/browser.ts";
import { serveWorker } from "../../../npm/src/transports/worker/worker-transport.ts";

const bus = new Bus();

self.onmessage = ({ ports: [port] }: MessageEvent) => {
  if (port !== undefined) serveWorker(port, memoryTransport(bus));
};
