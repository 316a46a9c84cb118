import { PolyphonError } from "../../errors/error.ts";

/** Times a change is made anew when others were faster. */
const TRIES = 100;

/** A write breaks a rule. */
export function invalid(rule: string): PolyphonError {
  return new PolyphonError("VALUE_INVALID", { message: `the values cannot be written: ${rule}.`, details: { rule } });
}

/** Runs `change` again while what it read was written by others meanwhile. */
export async function retryConflicts<T>(change: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left--) {
    try {
      return await change();
    } catch (error) {
      const isConflict = error instanceof PolyphonError && error.code === "VALUE_CONFLICT";
      if (!isConflict || left <= 1) throw error;
    }
  }
}
