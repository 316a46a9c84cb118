import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PolyphonError } from "../../errors/error.ts";
import type { ArtifactContent, ArtifactKeeper } from "../agent.ts";
import type { Artifact } from "../host.ts";
import { attemptError } from "../thrown.ts";

export interface FileKeeperOptions {
  /** Largest artifact, in bytes. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** Where bytes lie until their hash is known. */
const INCOMING = "incoming";

/**
 * Keeps artifacts in a folder by content, as `<sha256[0:2]>/<sha256>`. Bytes are streamed, never held; an answer means
 * that the file and its folder are on disk. The same bytes are kept once.
 */
export function fileArtifactKeeper(folder: string, options: FileKeeperOptions = {}): ArtifactKeeper {
  return new FileKeeper(folder, options.maxBytes ?? 1024 ** 3);
}

class FileKeeper implements ArtifactKeeper {
  readonly #folder: string;
  readonly #maxBytes: number;
  #ready: Promise<void> | undefined;
  #count = 0;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  async keep(name: string, content: ArtifactContent): Promise<Artifact> {
    try {
      this.#ready ??= this.#prepare();
      await this.#ready;
      return await this.#store(name, await source(content));
    } catch (error) {
      throw failure(name, error);
    }
  }

  async find(name: string, sha256: string): Promise<Artifact | undefined> {
    const path = join(this.#folder, sha256.slice(0, 2), sha256);
    const found = await stat(path).catch(() => undefined);
    return found?.isFile() === true ? { name, path, bytes: found.size, sha256 } : undefined;
  }

  async #store(name: string, pieces: AsyncIterable<Uint8Array>): Promise<Artifact> {
    const { file, path: incoming } = await this.#openIncoming();
    try {
      const { bytes, sha256 } = await this.#write(file, pieces).finally(() => file.close());
      const shard = join(this.#folder, sha256.slice(0, 2));
      if ((await mkdir(shard, { recursive: true })) !== undefined) await syncFolder(this.#folder);
      const path = join(shard, sha256);
      await rename(incoming, path);
      await syncFolder(shard);
      return { name, path, bytes, sha256 };
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
  }

  async #write(file: FileHandle, pieces: AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > this.#maxBytes) throw new Error(`it is larger than ${this.#maxBytes} bytes`);
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
    return { bytes, sha256: hash.digest("hex") };
  }

  async #openIncoming(): Promise<{ file: FileHandle; path: string }> {
    for (;;) {
      const path = join(this.#folder, INCOMING, `${process.pid}-${this.#count++}`);
      try {
        return { file: await open(path, "wx", 0o644), path };
      } catch (error) {
        // Another keeper of this process uses the folder too.
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  /** Makes the folder and removes what a process that died left half-written. */
  async #prepare(): Promise<void> {
    const incoming = join(this.#folder, INCOMING);
    await mkdir(incoming, { recursive: true });
    const left = (await readdir(incoming)).filter((name) => !name.startsWith(`${process.pid}-`));
    for (const name of left) await rm(join(incoming, name), { force: true });
  }
}

async function source(content: ArtifactContent): Promise<AsyncIterable<Uint8Array>> {
  if (typeof content === "string" || content instanceof Uint8Array) return once(Buffer.from(content));
  if (!("path" in content)) return content;
  const found = await stat(content.path);
  // A pipe or a device would never end.
  if (!found.isFile()) throw new Error(`${content.path} is no regular file`);
  return createReadStream(content.path, { highWaterMark: 256 * 1024 });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A rename is only durable when the folder it happened in is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  await using handle = await open(folder, "r");
  await handle.sync();
}

function failure(name: string, cause: unknown): PolyphonError {
  const { type, message } = attemptError(cause);
  const error = new PolyphonError("HOST_ARTIFACT_FAILED", {
    message: `artifact ${JSON.stringify(name)} could not be kept: ${message}`,
    details: { name },
    retryable: true,
    cause,
  });
  // A full disk or a missing permission stays one for whoever recovers.
  return Object.assign(error, { errorType: type === "logic_error" ? "system_error" : type });
}
