import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Resident memory of this process in bytes, after everything that can go has gone. */
export async function settledRss(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().rss;
}
