/** `polyphon/node`: everything for Node. */
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { follow } from "./runtime/follower/thread.ts";
import { reproFiles } from "./runtime/repro-files.ts";
import { sqliteStore } from "./stores/sqlite/sqlite-store.ts";
import type { OpenOptions, Platform } from "./team/options.ts";
import { Team } from "./team/team.ts";
import { loadKernel } from "./wasm/node.ts";

export * from "./anywhere.ts";
export { type FileKeeperOptions, fileArtifactKeeper } from "./hosts/artifacts/file-keeper.ts";
export { type ProcessHost, processHost } from "./hosts/process/host.ts";
export type { Orphan } from "./hosts/process/orphans.ts";
export type { ProcessHostOptions } from "./hosts/process/tools.ts";
export { processUsage } from "./hosts/process-usage.ts";
export { type WorkerHostOptions, workerHost } from "./hosts/worker/host.ts";
export * from "./report/index.ts";
export { openReader, type SqliteReader, type SqliteReaderOptions } from "./stores/sqlite/sqlite-reader.ts";
export { type SqliteStoreOptions, sqliteStore } from "./stores/sqlite/sqlite-store.ts";
export { loadKernel } from "./wasm/node.ts";

/** How a team is opened under Node. */
export interface NodeOpenOptions extends OpenOptions {
  /** Folder for the files of tasks. Default: `work` beside the journal, or a temporary folder without one. */
  readonly workDir?: string;
}

/** What a journal in a file has beside it. */
function besideFile(file: string): Pick<Platform, "follow" | "keepRepro"> {
  return { follow: followFile(file), keepRepro: reproFiles(file) };
}

function followFile(file: string): NonNullable<Platform["follow"]> {
  return ({ store, snapshotSeq, module, retention, snapshotEvents, troubled }) =>
    follow({ file, module, snapshotEvents, retention }, snapshotSeq, store, { troubled });
}

/** Opens teams. */
export const Polyphon = {
  /**
   * Opens a journal, in a SQLite file or wherever `options.store` says; without either it is in memory and gone with the
   * process. `STORE_LOCKED` when another process owns the file, `STORE_CORRUPT` when it is damaged.
   */
  open(target: string | NodeOpenOptions = {}, options: NodeOpenOptions = {}): Promise<Team> {
    const given: NodeOpenOptions = typeof target === "string" ? { store: sqliteStore(target), ...options } : target;
    const beside = typeof target === "string" ? join(dirname(resolve(target)), "work") : undefined;
    const workDir = given.workDir ?? beside;
    let root: Promise<string> | undefined;
    const directory = async (sessionId: string, key: string): Promise<string> => {
      root ??= workDir === undefined ? mkdtemp(join(tmpdir(), "polyphon-")) : Promise.resolve(workDir);
      const folder = join(await root, sessionId, encodeURIComponent(key).replaceAll(".", "%2E").slice(0, 200));
      await mkdir(folder, { recursive: true });
      return folder;
    };
    const platform = { loadModule: loadKernel, directory };
    return Team.open(typeof target === "string" ? { ...platform, ...besideFile(target) } : platform, given);
  },
} as const;
