/** A Web Worker that is an agent of a team in Node. */
import { pageAgent } from "./remote.ts";

self.onmessage = async ({ data: [url, capability] }: MessageEvent<[string, string]>) => {
  const { go } = await pageAgent(url, capability, "in-a-worker");
  go();
  self.postMessage("ready");
};
