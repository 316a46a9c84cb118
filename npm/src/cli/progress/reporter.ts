import type { SessionView } from "../../sessions/view.ts";
import type { CliContext } from "../context.ts";
import type { Style } from "../output/style.ts";
import { plainReporter } from "./plain.ts";

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

export type ProgressMode = "bars" | "plain" | "silent";

/** Bars where somebody looks, lines where a program reads, nothing when only the report is wanted. */
export function progressMode(context: CliContext, json: boolean): ProgressMode {
  if (json) return "silent";
  return context.stdout.isTTY && context.env.TERM !== "dumb" && context.stdout.stream !== undefined ? "bars" : "plain";
}

/** `since`: see {@link plainReporter}. */
export async function progressReporter(
  mode: ProgressMode,
  context: CliContext,
  style: Style,
  since: number = 0,
): Promise<ProgressReporter> {
  // Only a terminal pays for loading what draws on it.
  if (mode === "bars") return (await import("./bars.ts")).barsReporter(context, style);
  if (mode === "plain") return plainReporter(context.stdout, style, since);
  const nothing = (): void => undefined;
  return { update: nothing, note: (text) => context.stderr.write(`${text}\n`), pause: nothing, end: nothing };
}
