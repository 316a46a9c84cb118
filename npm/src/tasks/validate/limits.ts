/** Tasks one plan may have. */
export const MAX_TASKS: number = 100_000;
/** Bytes one plan may have, as estimated from its texts and numbers. */
export const MAX_PLAN_BYTES: number = 64 * 1024 * 1024;
/** Bytes of a key, name, type or capability in UTF-8. */
export const MAX_NAME_BYTES: number = 256;
/** Dependencies of one task. */
export const MAX_DEPENDENCIES: number = 10_000;
/** Capabilities one task may ask for. */
export const MAX_NAMES: number = 64;
/** Criteria of one task. */
export const MAX_CRITERIA: number = 64;
/** Phases of a plan; the kernel's own bound (`core/kernel/src/tasks/graph/limits.rs`). */
export const MAX_PHASES: number = 200;
/** Classes of a plan. */
export const MAX_PARTS: number = 1_000;
/** Deepest nesting of an input. */
export const MAX_JSON_DEPTH: number = 64;
/** Longest time anything may take: a year. */
export const LONGEST_MS: number = 366 * 86_400_000;
/** Largest bound of a criterion; the kernel counts in millionths. */
export const CRITERION_MAX: number = Math.floor(Number.MAX_SAFE_INTEGER / 1_000_000);
