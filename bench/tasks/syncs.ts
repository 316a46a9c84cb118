// Syncs as the system sees them: a small library below SQLite counts and times every one.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Environment of a process whose syncs are counted; `undefined` where that is not possible, with the reason. */
export function countingSyncs(folder: string): NodeJS.ProcessEnv | string {
  if (process.platform !== "linux") return "syncs can be counted on Linux only";
  const library = join(folder, "syncs.so");
  const args = ["-shared", "-fPIC", "-O1", "-o", library, join(import.meta.dirname, "syncs.c"), "-ldl"];
  if (spawnSync("cc", args, { stdio: ["ignore", "ignore", "inherit"] }).status !== 0) return "there is no C compiler";
  return { LD_PRELOAD: library, POLYPHON_SYNCS: join(folder, "syncs") };
}

/** What this process has synced so far, in milliseconds each; `undefined` when nobody counts. */
export class SyncLog {
  readonly #file = process.env.POLYPHON_SYNCS;

  /** Position behind the last sync. */
  get position(): number | undefined {
    if (this.#file === undefined) return undefined;
    return existsSync(this.#file) ? statSync(this.#file).size / 4 : 0;
  }

  /** How long the syncs between two positions took. */
  between(from: number, to: number): readonly number[] {
    if (this.#file === undefined) return [];
    const bytes = readFileSync(this.#file);
    return Array.from({ length: to - from }, (_, index) => bytes.readUInt32LE((from + index) * 4) / 1000);
  }
}
