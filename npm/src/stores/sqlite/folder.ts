import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Makes `folder` and what is missing above it, so that it survives a power loss: a new name is durable once the folder around it is synced. */
export function ensureFolder(folder: string): void {
  const wanted = resolve(folder);
  const first = make(wanted);
  if (first === undefined) return;
  for (let at = wanted; at.length >= first.length; at = dirname(at)) syncFolder(dirname(at));
}

/** Answers the topmost folder that was made. Node's own `recursive` tries for ever where folders cannot be made, as in `/proc`. */
function make(folder: string): string | undefined {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return undefined;
  const above = dirname(folder);
  const first = above === folder ? undefined : make(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have made it in the meantime.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !statSync(folder).isDirectory()) throw error;
    return first;
  }
  return first ?? folder;
}

function syncFolder(folder: string): void {
  // Windows cannot open a folder, and keeps names durable by itself.
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
