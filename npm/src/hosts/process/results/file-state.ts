import { stat } from "node:fs/promises";

/** What a result file was before the program ran: an old one must not pass for a new one. */
export interface FileState {
  readonly bytes: number;
  readonly identity: string;
}

/** `undefined` when there is no regular file. */
export async function fileState(path: string): Promise<FileState | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    if (!found.isFile()) return undefined;
    return { bytes: Number(found.size), identity: `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}` };
  } catch {
    return undefined;
  }
}
