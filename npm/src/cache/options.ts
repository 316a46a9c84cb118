import type { Bus } from "../bus/bus.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Clock } from "../runtime/clock.ts";
import type { SharedTier } from "./shared-tier.ts";

/** What a cache goes by. All but the name is optional. */
export interface CacheOptions {
  /** 1 to 64 letters, digits, `_` and `-`. Caches of one name in several processes are one cache. */
  readonly name: string;
  /** Bytes of the entries kept here, estimated from their JSON; beyond, those go that were not asked for longest. Default 64 MiB. */
  readonly maxBytes?: number;
  /** How long a value is good, in milliseconds. Default 60,000. */
  readonly ttlMs?: number;
  /** How long after that it is still answered while it is loaded anew, in milliseconds. Default 0. */
  readonly staleMs?: number;
  /** The tier all processes share: {@link redisTier}. Default: none. */
  readonly shared?: SharedTier;
  /**
   * How long a value is answered from here without a look into the shared tier, in milliseconds: what another process has changed is
   * seen within that time, also when the bus carries nothing. At most 60,000. Default 1,000.
   */
  readonly freshMs?: number;
  /** Carries changes to the other processes at once. Default: none. */
  readonly bus?: Bus;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Hears of what no caller hears of: a shared tier that is away, a value that could not be loaded anew in time. */
  readonly onError?: (error: Error) => void;
}

/** What is wished for one value. */
export interface EntryOptions {
  /** Default: the cache's. */
  readonly ttlMs?: number;
  /** Default: the cache's. */
  readonly staleMs?: number;
}

/** Times no value may exceed, in milliseconds. */
const DAY_MS = 86_400_000;
const KEY_MOST = 1_024;

/** Throws `CACHE_INVALID` for options out of their bounds. */
export function checkOptions({ name, maxBytes = 1, ttlMs = 1, staleMs = 0, freshMs = 1 }: CacheOptions): void {
  if (!/^[\w-]{1,64}$/.test(name)) throw invalid(`the name ${JSON.stringify(name)}: 1 to 64 letters, digits, _ and -`);
  check("maxBytes", maxBytes, 1, Number.MAX_SAFE_INTEGER);
  check("freshMs", freshMs, 1, 60_000);
  checkTimes({ ttlMs, staleMs });
}

export function checkTimes({ ttlMs = 1, staleMs = 0 }: EntryOptions): void {
  check("ttlMs", ttlMs, 1, 30 * DAY_MS);
  check("staleMs", staleMs, 0, 30 * DAY_MS);
}

export function checkKey(key: string): void {
  if (typeof key !== "string" || key === "" || key.length > KEY_MOST) {
    throw invalid(`a key has 1 to ${KEY_MOST} characters`);
  }
}

/** A value as JSON. `CACHE_INVALID` for what JSON cannot hold. */
export function textOf(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw invalid(`a value JSON cannot hold: ${(error as Error).message}`);
  }
  if (text === undefined) throw invalid(`a ${typeof value} is no value: JSON cannot hold it`);
  return text;
}

function check(name: string, value: number, least: number, most: number): void {
  if (!Number.isFinite(value) || value < least || value > most) {
    throw invalid(`${name} is ${value}; it is ${least} to ${most}`);
  }
}

function invalid(what: string): PolyphonError {
  return new PolyphonError("CACHE_INVALID", { message: `${what}.` });
}
