import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";

/** Repro files kept beside one journal after one event; the same defect need not fill the disk. */
const MOST = 5;

/**
 * Keeps repro files beside a journal: `<journal>.panic-<seq>`, then `-2` and so on. They hold state of the journal, so
 * that only its owner may read them. Rejects when five are there already, or when the disk does not take one.
 */
export function reproFiles(journal: string): (seq: number, bytes: Uint8Array) => Promise<string> {
  return async (seq, bytes) => {
    for (let number = 1; number <= MOST; number += 1) {
      const file = `${resolve(journal)}.panic-${seq}${number === 1 ? "" : `-${number}`}`;
      try {
        await writeFile(file, bytes, { flag: "wx", mode: 0o600, flush: true });
        return file;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
    throw new Error(`${MOST} repro files of event ${seq} are there already; no more are kept.`);
  };
}
