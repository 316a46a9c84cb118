import { link, mkdir, open, readdir, readFile, rename, unlink } from "node:fs/promises";

/** The few operations on a folder that storage is built from, so that tests can stop at any of them. */
export interface Files {
  mkdir(path: string): Promise<void>;
  list(path: string): Promise<string[]>;
  read(path: string): Promise<Uint8Array>;
  /** Creates a file that does not exist, with these bytes, on the disk when the promise resolves. */
  create(path: string, bytes: Uint8Array): Promise<void>;
  /** A second name for a file. Rejects with `EEXIST` when the name is taken: this is what makes a version unique. */
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes new and removed names of a folder durable. */
  syncFolder(path: string): Promise<void>;
}

/** The machine's own file system. */
export const diskFiles: Files = {
  async mkdir(path) {
    await mkdir(path, { recursive: true });
  },
  list: (path) => readdir(path),
  read: (path) => readFile(path),
  async create(path, bytes) {
    const file = await open(path, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  link,
  rename,
  remove: unlink,
  async syncFolder(path) {
    // Windows has no handles of folders to sync; there the rename itself is what can be had.
    if (process.platform === "win32") return;
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

/** True when an error of the file system carries this code, for example `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
