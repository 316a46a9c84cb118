import { createHash } from "node:crypto";
import type { ArtifactContent, ArtifactKeeper } from "../../agent.ts";
import type { Artifact } from "../../host.ts";
import { failed } from "../uploads.ts";

/** Keeps artifacts in memory, so that tests on a clock of their own wait for no disk. */
export class MemoryKeeper implements ArtifactKeeper {
  readonly kept: Map<string, Uint8Array> = new Map();
  /** Artifacts whose bytes are on their way. */
  incoming: number = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
  }

  async keep(name: string, content: ArtifactContent): Promise<Artifact> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    this.incoming += 1;
    try {
      for await (const piece of content as AsyncIterable<Uint8Array>) {
        bytes += piece.length;
        if (bytes > this.#maxBytes) throw failed(name, `it is larger than ${this.#maxBytes} bytes`);
        pieces.push(piece.slice());
      }
    } finally {
      this.incoming -= 1;
    }
    const whole = Buffer.concat(pieces);
    const sha256 = createHash("sha256").update(whole).digest("hex");
    this.kept.set(sha256, whole);
    return { name, path: `/kept/${sha256}`, bytes, sha256 };
  }

  async find(name: string, sha256: string): Promise<Artifact | undefined> {
    const bytes = this.kept.get(sha256);
    return bytes && { name, path: `/kept/${sha256}`, bytes: bytes.length, sha256 };
  }
}
