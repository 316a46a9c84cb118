/** A Web Worker that opens a team of its own. */
import { twoTasks } from "./lab.ts";

self.onmessage = async ({ data }: MessageEvent<string | undefined>) => {
  self.postMessage(await twoTasks(data).catch((error: Error) => `failed: ${error.message}`));
};
