import type { Clock } from "../../runtime/clock.ts";

/** A lock on a name that one page or worker of an origin holds at a time; the browser frees it with its holder. */
export interface NamedLock {
  /** Somebody took it by force. */
  readonly isLost: boolean;
  /** Resolves when the next one can have it. */
  release(): Promise<void>;
}

/** Takes the lock `name`, waiting at most `waitMs` for it; `undefined` when somebody holds it. */
export async function takeLock(name: string, waitMs: number, clock: Clock): Promise<NamedLock | undefined> {
  const granted = Promise.withResolvers<boolean>();
  const freed = Promise.withResolvers<void>();
  const abort = new AbortController();
  const callOff = waitMs > 0 ? clock.after(waitMs, () => abort.abort(), { background: true }) : () => undefined;
  let isLost = false;
  const options: LockOptions = waitMs > 0 ? { signal: abort.signal } : { ifAvailable: true };
  const held = navigator.locks
    .request(name, options, (lock) => {
      callOff();
      granted.resolve(lock !== null);
      return lock === null ? undefined : freed.promise;
    })
    // Given up before it was granted, or taken by force after.
    .catch(() => {
      isLost = true;
      granted.resolve(false);
    });
  if (!(await granted.promise)) return undefined;
  return {
    get isLost() {
      return isLost;
    },
    async release() {
      freed.resolve();
      await held;
    },
  };
}
