import { PolyphonError } from "../../errors/error.ts";
import type { LockOutcome } from "../../runtime/mirror/locks.ts";
import type { LockOptions } from "./options.ts";
import type { StatePort, StateUser } from "./port.ts";

/** How long a lock is held when nothing else is said. */
const LEASE_MS = 30_000;

/** A lock somebody holds. `await using` gives it back. */
export class Lock {
  readonly name: string;
  /** Greater than every fence of this lock before; what is written with it is refused once the lock is lost. */
  readonly fence: number;
  readonly #port: StatePort;
  readonly #lost = new AbortController();
  #isReleased = false;

  /** Made by `lock` of a session's state. */
  constructor(port: StatePort, name: string, fence: number) {
    this.name = name;
    this.fence = fence;
    this.#port = port;
    port.locks.watch(fence, (outcome) => {
      if (!this.#isReleased) this.#lost.abort(lost(name, outcome, false));
    });
  }

  /** Aborts when the lock is lost: its time is over, somebody took it, its attempt or its session has ended. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** It is held for `ms` milliseconds from now on, unless it has more left. `LEASE_FENCED` when it is held no more. */
  async extend(ms: number): Promise<void> {
    await this.#port.extend(this.fence, ms);
  }

  /** Gives it back. To give back what is held no more changes nothing. */
  async release(): Promise<void> {
    if (this.#isReleased || this.#lost.signal.aborted) return;
    this.#isReleased = true;
    try {
      await this.#port.release(this.fence);
    } catch (error) {
      if (!(error instanceof PolyphonError) || error.code !== "LEASE_FENCED") {
        this.#isReleased = false;
        throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** Takes a lock, or waits until it is there. */
export async function takeLock(port: StatePort, name: string, user: StateUser, options: LockOptions): Promise<Lock> {
  const { shared = false, leaseMs = LEASE_MS, waitMs, signal, force = false } = options;
  signal?.throwIfAborted();
  const owner = user.attempt === null ? (options.owner ?? port.nextOwner()) : user.agent;
  const wish = { name, shared, owner, attempt: null, lengthMs: leaseMs };
  const patience = waitMs === undefined ? 0 : waitMs === 0 ? null : waitMs;
  const handle = await port.acquire(wish, patience, force, user);
  const isHeld = port.locks.get(handle)?.isHeld === true;
  const lock = new Lock(port, name, isHeld ? handle : await granted(port, handle, name, signal));
  if (signal?.aborted === true) {
    await lock.release();
    signal.throwIfAborted();
  }
  return lock;
}

async function granted(
  port: StatePort,
  handle: number,
  name: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const callOff = port.locks.watch(handle, (outcome) => {
    if (outcome.type === "granted") resolve(outcome.fence);
    else reject(lost(name, outcome, true));
  });
  const abort = (): void => {
    callOff();
    // Whoever had it handed out meanwhile gives it back.
    port.locks.watch(handle, (outcome) => {
      if (outcome.type === "granted") port.release(outcome.fence).catch(() => undefined);
    });
    port.release(handle).catch(() => undefined);
    reject(signal?.reason);
  };
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    return await promise;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Why a lock, or the wait for one, is over. */
function lost(name: string, outcome: LockOutcome, isWait: boolean): Error {
  if (outcome.type === "closed") return outcome.error;
  const cause = outcome.type === "granted" ? "granted" : outcome.cause;
  const details = { name, cause };
  if (cause === "expired" && isWait) {
    const message = `the time to wait for the lock ${JSON.stringify(name)} is over.`;
    return new PolyphonError("LOCK_HELD", { message, retryable: true, details });
  }
  if (cause === "session_ended") {
    return new PolyphonError("SESSION_ENDED", { message: "the session has ended, and its locks with it.", details });
  }
  const message = `the lock ${JSON.stringify(name)} is lost: ${cause.replace("_", " ")}.`;
  return new PolyphonError("LEASE_FENCED", { message, details });
}
