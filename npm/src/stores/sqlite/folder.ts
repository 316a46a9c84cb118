import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Makes `folder` and what is missing above it, so that it survives a power loss: a new name is durable once the folder around it is synced. */
export function ensureFolder(folder: string): void {
  const wanted = resolve(folder);
  const first = mkdirSync(wanted, { recursive: true });
  if (first === undefined) return;
  for (let at = wanted; at.length >= first.length; at = dirname(at)) syncFolder(dirname(at));
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
