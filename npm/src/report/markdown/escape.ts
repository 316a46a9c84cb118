import { clean } from "../clean.ts";

/**
 * Text inside a line or table cell: it can start no markup of Markdown or HTML, no link or image, and cannot end the
 * cell. (What only means something at the start of a line is left alone: user text never stands there.)
 */
export function escapeMarkdown(text: string): string {
  return clean(text)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*[\]|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (character) => `\\${character}`)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

/** Text in a code span, whatever backticks it holds. Not for table cells. */
export function code(text: string): string {
  const line = clean(text).replace(/\s+/g, " ");
  const longest = [...line.matchAll(/`+/g)].reduce((most, run) => Math.max(most, run[0].length), 0);
  const fence = "`".repeat(longest + 1);
  const space = line === "" || line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}
