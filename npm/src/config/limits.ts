/** Largest configuration file in bytes; one more is `CONFIG_TOO_LARGE`. */
export const MAX_FILE_BYTES: number = 64 * 1024 * 1024;
/** Most YAML tokens in all documents of one file; a bound on memory, since a token costs far more than its text. */
export const MAX_TOKENS: number = 10_000_000;
/** Deepest nesting of mappings and lists, aliases resolved. */
export const MAX_DEPTH: number = 64;
/** Most values that aliases may stand for in one file. */
export const MAX_ALIASED_VALUES: number = 100_000;
/** Most files one configuration may consist of. */
export const MAX_FILES: number = 64;
/** Most problems reported at once; the rest is counted. */
export const MAX_PROBLEMS: number = 1_000;
/** Longest stretch of a source line that a problem quotes, in characters. */
export const MAX_EXCERPT: number = 120;
/** Most values explained one by one; those of tasks are left out of a larger configuration. */
export const MAX_EXPLAINED: number = 20_000;
