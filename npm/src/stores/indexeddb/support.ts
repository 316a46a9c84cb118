import { unsupported } from "./idb-error.ts";

/** Throws `STORE_UNSUPPORTED` where something is missing: browsers give most of it to secure contexts only. */
export function requirePlatform(name: string): void {
  const platform = globalThis as {
    indexedDB?: unknown;
    navigator?: { locks?: unknown };
    crypto?: { subtle?: unknown };
  };
  if (platform.indexedDB === undefined) throw unsupported(name, "indexedDB");
  if (platform.navigator?.locks === undefined) throw unsupported(name, "navigator.locks");
  if (platform.crypto?.subtle === undefined) throw unsupported(name, "crypto.subtle");
}
