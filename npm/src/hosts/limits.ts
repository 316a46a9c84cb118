/** Progress is passed on at most this often per attempt, in milliseconds. */
export const PROGRESS_INTERVAL_MS = 100;
/** Metrics of one attempt. */
export const MAX_METRICS = 64;
/** Artifacts of one attempt. */
export const MAX_ARTIFACTS = 1_000;
/** Names of metrics, artifacts and types of errors, in bytes of UTF-8. */
const MAX_NAME_BYTES = 256;
/** Estimated size of an output as JSON, in bytes. Larger data travels as artifacts. */
export const MAX_OUTPUT_BYTES: number = 16 * 1024 * 1024;
/** Nesting of an output. */
export const MAX_OUTPUT_DEPTH = 128;

const encoder = new TextEncoder();

/** Whether a name of a metric, artifact or type of error is within bounds, which are the kernel's. */
export function isName(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > MAX_NAME_BYTES) return false;
  if (/\p{Cc}/u.test(value)) return false;
  return value.length * 3 <= MAX_NAME_BYTES || encoder.encode(value).length <= MAX_NAME_BYTES;
}
