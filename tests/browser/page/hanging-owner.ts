/** A Web Worker that owns a journal, and hangs without dying when it is told to. */
import { Polyphon } from "../../../npm/src/browser.ts";

const codes = new Set<string>();
let team: Awaited<ReturnType<typeof Polyphon.share>> | undefined;

self.onmessage = async ({ data }: MessageEvent<{ readonly share: string } | { readonly hangMs: number }>) => {
  if ("share" in data) {
    team = await Polyphon.share(data.share, { onError: (error) => codes.add((error as { code?: string }).code ?? "") });
    self.postMessage({ isOwner: team.isOwner });
    return;
  }
  if (team === undefined) throw new Error("it shares nothing");
  // On its way to the journal when the event loop stops: nothing of it may be written by this owner any more.
  const late = team.orchestrate({ name: "late", tasks: [{ key: "a", needs: ["one"], input: 5 }] });
  await Promise.resolve();
  self.postMessage({ hangs: true });
  const until = performance.now() + data.hangMs;
  while (performance.now() < until);
  const { outputs } = await late.result;
  self.postMessage({ isOwner: team.isOwner, outputs, sessions: (await team.sessions()).length, codes: [...codes] });
  await team.close();
};
