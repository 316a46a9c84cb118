import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Disk, missing } from "./disk.ts";
import { judge } from "./judge.ts";

/** Rounds of one run; each is one process whose power goes. */
const ROUNDS = Number(process.env.POWER_ROUNDS ?? 24);
/** Where the random points come from; printed with a failure. */
const SEED = Number(process.env.POWER_SEED ?? 1);

const reason = missing();
if (reason !== undefined && process.env.CI !== undefined) throw new Error(reason);
const title = (name: string): string => (reason === undefined ? name : `${name} (skipped: ${reason})`);

describe.skipIf(reason !== undefined)(title("when the power goes"), () => {
  let disk: Disk;
  beforeEach(() => {
    disk = new Disk();
  });
  afterEach(() => disk.remove());

  /** Appends until the power goes; answers what was promised. */
  async function life(cut: string, durability: string, torn?: number): Promise<number> {
    const writer = disk.writer({ cut, durability, ...(torn === undefined ? {} : { torn }) });
    await writer.tell("open");
    for (let part = 0; part < 8; part++) {
      await writer.tell("append 15");
      if (part % 2 === 1) await writer.tell("snapshot");
      if (part === 3) {
        await writer.tell("close");
        await writer.tell("open");
      }
    }
    expect(await writer.end(), "the power went before the work was done").toBe("SIGKILL");
    return writer.acknowledged;
  }

  test("every acknowledged sequence is there", { timeout: 300_000 }, async () => {
    const random = generator(SEED);
    let promised = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const cut =
        random() < 0.5 ? `sync ${1 + Math.floor(random() * 130)}` : `write ${1 + Math.floor(random() * 1_200)}`;
      const torn = round % 2 === 0 ? undefined : round;
      promised = Math.max(promised, await life(cut, "power-loss", torn));
      if (promised === 0 && !existsSync(disk.file)) continue;
      expect(await judge(disk.file, promised), `seed ${SEED}, round ${round}, ${cut}`).toEqual([]);
    }
    expect(promised).toBeGreaterThan(0);
  });

  test("without a sync at each commit some are lost: the shim tells the difference", { timeout: 60_000 }, async () => {
    const promised = await life("write 400", "process-crash");
    expect(promised).toBeGreaterThan(10);
    const wrong = await judge(disk.file, promised);
    expect(wrong.join()).toMatch(/^lost: /);
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
