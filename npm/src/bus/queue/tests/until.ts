import type { Queue } from "../queue.ts";

/** Resolves once `holds` does; turns of the platform, no time. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 2_000; left > 0; left--) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("it never came to that");
}

/** Whether nothing waits in a queue or is in somebody's hands. */
export async function isEmpty(queue: Pick<Queue, "stats">): Promise<boolean> {
  const { waiting, inFlight } = await queue.stats();
  return waiting + inFlight === 0;
}
