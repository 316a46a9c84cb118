import type { Clock } from "../../runtime/clock.ts";

/** A lock on a name that one page or worker of an origin holds at a time; the browser frees it with its holder. */
export interface NamedLock {
  /** Somebody took it by force. */
  readonly isLost: boolean;
  /** Resolves when somebody has taken it by force. */
  readonly lost: Promise<void>;
  /** Resolves when the next one can have it. */
  release(): Promise<void>;
}

/** Takes the lock `name`, waiting at most `waitMs` for it; `undefined` when somebody holds it. */
export async function takeLock(name: string, waitMs: number, clock: Clock): Promise<NamedLock | undefined> {
  const abort = new AbortController();
  const callOff = waitMs > 0 ? clock.after(waitMs, () => abort.abort(), { background: true }) : () => undefined;
  return hold(name, waitMs > 0 ? { signal: abort.signal } : { ifAvailable: true }, callOff);
}

/** Takes the lock `name` from whoever holds it, before all who wait for it. */
export async function stealLock(name: string): Promise<NamedLock | undefined> {
  return hold(name, { steal: true }, () => undefined);
}

async function hold(name: string, options: LockOptions, answered: () => void): Promise<NamedLock | undefined> {
  const granted = Promise.withResolvers<boolean>();
  const freed = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<void>();
  let isLost = false;
  const held = navigator.locks
    .request(name, options, (lock) => {
      answered();
      granted.resolve(lock !== null);
      return lock === null ? undefined : freed.promise;
    })
    // Given up before it was granted, or taken by force after.
    .catch(() => {
      isLost = true;
      lost.resolve();
      granted.resolve(false);
    });
  if (!(await granted.promise)) return undefined;
  return {
    get isLost() {
      return isLost;
    },
    lost: lost.promise,
    async release() {
      freed.resolve();
      await held;
    },
  };
}
