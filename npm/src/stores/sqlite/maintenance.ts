import { Jobs } from "../jobs.ts";
import type { CompactOptions, Snapshot, WaitOptions } from "../store.ts";
import type { Client } from "./client.ts";
import { snapshotIntact } from "./journal-reading.ts";
import type { OwnerService } from "./owner-service.ts";
import { SNAPSHOT_CHUNK_BYTES } from "./snapshots.ts";

/*
 * Long jobs beside the appends: each asks the owning thread for one short step at a time, so that an append that arrives
 * meanwhile waits for one step at most. One job runs at a time.
 */
export class Maintenance extends Jobs {
  readonly #client: Client<OwnerService>;

  constructor(client: Client<OwnerService>, name: string) {
    super(name);
    this.#client = client;
  }

  putSnapshot(snapshot: Snapshot, options: WaitOptions): Promise<void> {
    return this.run(options, async (stop) => {
      await this.#prune(stop);
      const { seq, stateHash, bytes } = snapshot;
      const id = await this.#client.call("beginSnapshot", [{ seq, stateHash, size: bytes.byteLength }]);
      for (let index = 0; index * SNAPSHOT_CHUNK_BYTES < bytes.byteLength; index++) {
        stop();
        const chunk = bytes.slice(index * SNAPSHOT_CHUNK_BYTES, (index + 1) * SNAPSHOT_CHUNK_BYTES);
        await this.#client.call("addSnapshotChunk", [id, index, chunk], [chunk.buffer as ArrayBuffer]);
      }
      await this.#client.call("endSnapshot", [id]);
      await this.#prune(stop);
    });
  }

  compact(beforeSeq: number, options: CompactOptions): Promise<{ readonly firstSeq: number }> {
    return this.run(options, async (stop) => {
      // Frames go only when both snapshots that stand for them can be read.
      for (const row of await this.#client.call("snapshots", [])) {
        stop();
        if (!(await snapshotIntact(this.#client, row))) return this.#client.call("ends", []);
      }
      const { closed = [] } = options;
      // Before the frames: what a crash leaves undone here nobody would come back to.
      for (let after = 0; closed.length > 0; ) {
        const next = await this.#client.call("dropOwners", [closed, beforeSeq, after]);
        if (next === undefined) break;
        after = next;
        stop();
      }
      while (await this.#client.call("compact", [beforeSeq])) stop();
      return this.#client.call("ends", []);
    });
  }

  dropArchives(ids: readonly string[]): Promise<void> {
    return this.run({}, async (stop) => {
      for (const id of ids) while (await this.#client.call("dropArchive", [id])) stop();
    });
  }

  async #prune(stop: () => void): Promise<void> {
    while (await this.#client.call("pruneSnapshots", [])) stop();
  }
}
