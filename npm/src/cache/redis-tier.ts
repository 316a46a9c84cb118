import { PolyphonError } from "../errors/error.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import type { SharedFind, SharedTier } from "./shared-tier.ts";

/** What is used of a client of the package `redis`. */
export interface RedisClient {
  readonly isReady: boolean;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  info(section: string): Promise<unknown>;
  on(event: "error" | "reconnecting" | "end", listener: () => void): unknown;
}

/** How Redis is used. Every field is optional. */
export interface RedisTierOptions {
  /** Longest wait for an answer, in milliseconds; then Redis counts as away. Default 250. */
  readonly timeoutMs?: number;
  /** How long it is left alone when it is away, in milliseconds. Default 200. */
  readonly retryMs?: number;
  /** First part of every key. Default `polyphon:cache`. */
  readonly prefix?: string;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

const READ = `return { redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2]), redis.call('PTTL', KEYS[1]) }`;
const STORE = `if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;
const CHANGE = `redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
if ARGV[2] == nil then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

/** How long the count of a key's changes is kept: longer than anything is loaded. */
const VERSION_MS = 3_600_000;
/** Keys whose change did not arrive, at most. */
const OWED_MOST = 100_000;

/**
 * A shared tier in Redis. Make the client with `disableOfflineQueue: true`, connect it, and give it an `error` listener. What
 * a server knew before it was started anew is never read: it may have forgotten changes.
 */
export function redisTier(client: RedisClient, options: RedisTierOptions = {}): SharedTier {
  return new RedisTier(client, options);
}

class RedisTier implements SharedTier {
  readonly #client: RedisClient;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #retryMs: number;
  readonly #prefix: string;
  /** Which life of the server it is; unknown while it is away. */
  #run: string | undefined;
  #meeting: Promise<string> | undefined;
  #awayUntilMs = 0;
  /** Changes that may not have arrived: cache and key. */
  readonly #owed = new Map<string, readonly [string, string]>();

  constructor(client: RedisClient, options: RedisTierOptions) {
    const { timeoutMs = 250, retryMs = 200, prefix = "polyphon:cache", clock = systemClock() } = options;
    this.#client = client;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#retryMs = retryMs;
    this.#prefix = prefix;
    const gone = (): void => this.#forget();
    for (const event of ["error", "reconnecting", "end"] as const) client.on(event, gone);
  }

  async read(cache: string, key: string): Promise<SharedFind> {
    const found = (await this.#ask(READ, cache, key, [])) as readonly [string | null, string | null, number];
    const [text, version, leftMs] = found;
    return { version: version ?? "", entry: text === null ? undefined : { text, leftMs } };
  }

  async store(cache: string, key: string, text: string, lifeMs: number, version: string): Promise<boolean> {
    return (await this.#ask(STORE, cache, key, [version, text, String(Math.ceil(lifeMs))])) === 1;
  }

  async change(cache: string, key: string, text: string | undefined, lifeMs: number): Promise<void> {
    const name = `${cache}\n${key}`;
    if (this.#owed.size >= OWED_MOST && !this.#owed.has(name)) {
      throw away(`${OWED_MOST} changes wait for it; this one was not made`);
    }
    const set = text === undefined ? [] : [text, String(Math.ceil(lifeMs))];
    try {
      await this.#ask(CHANGE, cache, key, [String(VERSION_MS), ...set]);
    } catch (error) {
      this.#owed.set(name, [cache, key]);
      // Nothing is read here before it is made up for.
      this.#run = undefined;
      throw error;
    }
  }

  async #ask(script: string, cache: string, key: string, given: string[]): Promise<unknown> {
    const run = this.#run ?? (await this.#meet());
    return this.#eval(script, run, cache, key, given);
  }

  async #eval(script: string, run: string, cache: string, key: string, given: string[]): Promise<unknown> {
    const name = `${this.#prefix}:${cache}:${run}:${key}`;
    return this.#inTime(() => this.#client.eval(script, { keys: [name, `${name}:v`], arguments: given }));
  }

  /** One after another asks who is there; what is owed is made up for first. */
  #meet(): Promise<string> {
    if (this.#clock.monoMs() < this.#awayUntilMs) return Promise.reject(away("it did not answer a moment ago"));
    this.#meeting ??= this.#greet().finally(() => {
      this.#meeting = undefined;
    });
    return this.#meeting;
  }

  async #greet(): Promise<string> {
    const info = String(await this.#inTime(() => this.#client.info("server")));
    const run = /run_id:(\w+)/.exec(info)?.[1];
    if (run === undefined) throw away("it does not say which run it is");
    for (const [name, [cache, key]] of [...this.#owed]) {
      await this.#eval(CHANGE, run, cache, key, [String(VERSION_MS)]);
      this.#owed.delete(name);
    }
    this.#run = run;
    return run;
  }

  async #inTime(ask: () => Promise<unknown>): Promise<unknown> {
    if (!this.#client.isReady) {
      this.#forget();
      throw away("it is not connected");
    }
    let callOff: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      callOff = this.#clock.after(this.#timeoutMs, () => {
        this.#forget();
        reject(away(`it did not answer within ${this.#timeoutMs} ms`));
      });
    });
    try {
      const asked = ask();
      asked.catch(() => undefined);
      return await Promise.race([asked, late]);
    } catch (error) {
      if (error instanceof PolyphonError) throw error;
      throw away((error as Error).message, error);
    } finally {
      callOff();
    }
  }

  #forget(): void {
    this.#run = undefined;
    this.#awayUntilMs = this.#clock.monoMs() + this.#retryMs;
  }
}

function away(why: string, cause?: unknown): PolyphonError {
  return new PolyphonError("CACHE_UNAVAILABLE", { message: `Redis cannot be used: ${why}.`, cause });
}
