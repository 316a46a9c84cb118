import { type BigIntStats, statSync } from "node:fs";
import type { PolyphonError } from "../../errors/error.ts";
import { storeError } from "../store-error.ts";

/**
 * Whether a database and its log still lie where they were opened. Systems of the POSIX kind let an open file be removed or
 * replaced: whoever holds it writes on, and loses everything at its end.
 */
export class FilePresence {
  readonly #files: readonly { readonly path: string; readonly inode: bigint }[];

  constructor(file: string) {
    this.#files = [file, `${file}-wal`].flatMap((path) => {
      const inode = stat(path)?.ino;
      return inode === undefined ? [] : [{ path, inode }];
    });
  }

  isGone(): boolean {
    return this.#files.some(({ path, inode }) => stat(path)?.ino !== inode);
  }
}

export function removed(name: string, file: string): PolyphonError {
  const message = `${name}: the file or its -wal was removed or replaced while it was open. What is written to it is lost when this process ends: put the file back, or restore a backup, and open the team again.`;
  return storeError("STORE_NOT_FOUND", message, { file });
}

function stat(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
