import type { SessionView } from "../../sessions/view.ts";

/** Shows a running session. */
export interface ProgressReporter {
  /** `now` by the clock of the session, in milliseconds since the epoch. */
  update(view: SessionView, now: number): void;
  /** Prints a line that stays. */
  note(text: string): void;
  /** Takes the picture away while somebody is asked something; `update` brings it back. */
  pause(): void;
  /** Takes the picture away for good. */
  end(): void;
}
