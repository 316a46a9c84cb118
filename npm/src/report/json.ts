import type { Report } from "./types.ts";

/** The report as indented JSON with a final newline. Lone surrogates become U+FFFD, so that any reader accepts it. */
export function reportToJson(report: Report): string {
  const wellFormed = (_key: string, value: unknown): unknown =>
    typeof value === "string" ? value.toWellFormed() : value;
  return `${JSON.stringify(report, wellFormed, 2)}\n`;
}
