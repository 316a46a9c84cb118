/** A Web Worker that uses the journal a page owns. */
import { Polyphon } from "../../../npm/src/browser.ts";

self.onmessage = async ({ data }: MessageEvent<string>) => {
  const team = await Polyphon.share(data);
  const { result } = team.orchestrate({ tasks: [{ key: "a", needs: ["one"], input: 3 }] });
  self.postMessage(JSON.stringify((await result).outputs));
  await team.close();
};
