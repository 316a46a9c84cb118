import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is given back late: V8 keeps freed pages for 8 s and more, the follower leaves a second after its last event. */
const GIVE_BACK_MS = 20_000;

/** Resident memory of this process in bytes, after everything that can go has gone. */
export async function settledRss(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, GIVE_BACK_MS));
  return process.memoryUsage().rss;
}
