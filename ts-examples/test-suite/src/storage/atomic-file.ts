import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { diskFiles, type Files, hasCode } from "./files.ts";

/** Ending of files that are being written; what is left of them after a crash has no meaning. */
export const TEMPORARY = ".part";

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}${TEMPORARY}`);
}

/**
 * Replaces a file in one step: whoever reads sees the old bytes or the new ones, also after a crash, and the new ones are on the
 * disk when the promise resolves.
 */
export async function replaceFile(path: string, bytes: Uint8Array, files: Files = diskFiles): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await files.create(temporary, bytes);
    await files.rename(temporary, path);
  } catch (error) {
    await discard(temporary, files);
    throw error;
  }
  await files.syncFolder(dirname(path));
}

/**
 * Creates a file in one step, complete from the first moment it can be seen.
 * Rejects with `EEXIST` when the name is taken, whoever took it.
 */
export async function createFile(path: string, bytes: Uint8Array, files: Files = diskFiles): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await files.create(temporary, bytes);
    await files.link(temporary, path);
  } finally {
    await discard(temporary, files);
  }
  await files.syncFolder(dirname(path));
}

async function discard(path: string, files: Files): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
