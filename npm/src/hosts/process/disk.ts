import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** Entries of a folder that are looked at; beyond, the answer is what they came to. */
const MAX_ENTRIES = 100_000;

/**
 * Bytes of the files under a folder: sizes as they are listed, links not followed, a file with several names counted
 * once. What disappears on the way is passed over. 0 when there is no such folder.
 */
export async function folderBytes(folder: string): Promise<number> {
  const counted = new Set<string>();
  const folders = [folder];
  let bytes = 0;
  let entries = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    try {
      for await (const entry of await opendir(next)) {
        if (++entries > MAX_ENTRIES) return bytes;
        const path = join(next, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else if (entry.isFile()) bytes += await fileBytes(path, counted);
      }
    } catch {
      // The program removes and locks folders while we look.
    }
  }
  return bytes;
}

async function fileBytes(path: string, counted: Set<string>): Promise<number> {
  try {
    const { size, nlink, dev, ino } = await lstat(path);
    if (nlink === 1) return size;
    const id = `${dev}:${ino}`;
    if (counted.has(id)) return 0;
    counted.add(id);
    return size;
  } catch {
    return 0;
  }
}
