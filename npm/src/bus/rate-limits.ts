import type { BusOptions } from "./options.ts";
import { matches } from "./subjects.ts";

/** What lets so many messages pass in a time; answers how many milliseconds the next one has to wait. */
export interface Bucket {
  take(): number;
}

const BUCKETS_MAX = 10_000;
const NONE: readonly Bucket[] = [];

/** The rate limits of a bus: a bucket for each principal, each subject or all, as the limit says. */
export class RateLimits {
  readonly #limits: BusOptions["limits"];
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: BusOptions["limits"]) {
    this.#limits = limits;
  }

  /** What a message of `principal` to `subject` must pass. */
  of(subject: string, principal: string | undefined): readonly Bucket[] {
    const limits = this.#limits;
    if (limits === undefined) return NONE;
    return limits
      .filter(({ pattern }) => matches(pattern, subject))
      .map((limit) => {
        const { per = "principal" } = limit;
        const whose = per === "all" ? "" : per === "subject" ? subject : (principal ?? "");
        return this.#bucket(`${limits.indexOf(limit)} ${whose}`, () => limit.bucket());
      });
  }

  #bucket(key: string, make: () => Bucket): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    // The newest buckets are kept: one that was not used for so long is full again anyway.
    if (this.#buckets.size >= BUCKETS_MAX) this.#buckets.delete(this.#buckets.keys().next().value as string);
    const bucket = make();
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
