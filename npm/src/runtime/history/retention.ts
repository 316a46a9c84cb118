import type { Retention } from "./archiver.ts";

/** What is kept unless told otherwise. */
export const RETENTION: Retention = { events: 1_000_000, sessions: 5_000, ageMs: Number.MAX_SAFE_INTEGER };
