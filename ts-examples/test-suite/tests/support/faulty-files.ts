import { diskFiles, type Files } from "../../src/storage/files.ts";

/** Thrown in place of the operation a crash happened at, and by every later one: the process is gone. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface FaultyFiles {
  readonly files: Files;
  /** Names of the operations that were begun, in order. */
  readonly operations: readonly string[];
}

/**
 * The disk, until operation number `at` (from 1): that one does nothing, or with `torn` half of what it should, and no later one happens.
 */
export function crashingFiles(at: number, torn = false): FaultyFiles {
  const operations: string[] = [];
  const guard =
    <A extends unknown[], R>(name: string, run: (...args: A) => Promise<R>, half?: (...args: A) => Promise<unknown>) =>
    async (...args: A): Promise<R> => {
      operations.push(name);
      if (operations.length < at) return run(...args);
      if (operations.length === at && torn && half !== undefined) await half(...args);
      throw new Crash(`stopped at ${name}`);
    };
  const files: Files = {
    mkdir: guard("mkdir", diskFiles.mkdir),
    list: guard("list", diskFiles.list),
    read: guard("read", diskFiles.read),
    create: guard("create", diskFiles.create, (path, bytes) =>
      diskFiles.create(path, bytes.subarray(0, bytes.length / 2)),
    ),
    link: guard("link", diskFiles.link),
    rename: guard("rename", diskFiles.rename),
    remove: guard("remove", diskFiles.remove),
    syncFolder: guard("syncFolder", diskFiles.syncFolder),
  };
  return { files, operations };
}

/** The disk, but one kind of operation fails with a code of the operating system, such as `ENOSPC`. */
export function failingFiles(operation: keyof Files, code: string): Files {
  return {
    ...diskFiles,
    [operation]: () => Promise.reject(Object.assign(new Error(`${code}: planted`), { code })),
  };
}
