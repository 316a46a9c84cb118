/** `polyphon/cache`: values in two tiers. */
export { Cache, type CacheStats, type Load } from "./cache.ts";
export type { CacheOptions, EntryOptions } from "./options.ts";
export { type RedisClient, type RedisTierOptions, redisTier } from "./redis-tier.ts";
export type { SharedFind, SharedTier } from "./shared-tier.ts";
