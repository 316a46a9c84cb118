import type { CliContext } from "../context.ts";
import type { Style } from "../output/style.ts";
import { plainReporter } from "./plain.ts";
import type { ProgressReporter } from "./shows.ts";

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
