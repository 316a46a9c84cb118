import { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { randomHex } from "../../runtime/random.ts";
import { takeLock } from "../../stores/indexeddb/lock.ts";

/** Time the page before a reload has to let its name go, in milliseconds. */
const WAIT_MS = 1_000;

/**
 * A name for the agent of this tab that a reload keeps: `<prefix>-<8 digits>`, in the tab's `sessionStorage`. A tab that was
 * duplicated begins with the storage of the first, and gets a name of its own. `STORE_UNSUPPORTED` outside of a page.
 */
export async function keptName(prefix: string, clock: Clock = systemClock()): Promise<string> {
  const { sessionStorage: storage } = globalThis as { readonly sessionStorage?: Storage };
  if (storage === undefined) {
    const message = "a name is kept in a tab's sessionStorage, which is not there: give the agent a name.";
    throw new PolyphonError("STORE_UNSUPPORTED", { message });
  }
  const key = `polyphon:agent:${prefix}`;
  const kept = storage.getItem(key);
  if (kept !== null && (await isMine(kept, clock))) return kept;
  const fresh = `${prefix}-${randomHex(4)}`;
  storage.setItem(key, fresh);
  await isMine(fresh, clock);
  return fresh;
}

/** Takes the name for as long as the page is there; `false` when another page has it. Without Web Locks nobody can tell. */
async function isMine(name: string, clock: Clock): Promise<boolean> {
  const { locks } = globalThis.navigator as { readonly locks?: LockManager };
  return locks === undefined || (await takeLock(`polyphon:agent:${name}`, WAIT_MS, clock)) !== undefined;
}
