import type { ConfigWarning } from "../ports.ts";
import { printable } from "./cells.ts";
import type { Style } from "./style.ts";

/** A line per warning: where it stands, code, what it says. */
export function warningLines(warnings: readonly ConfigWarning[], style: Style): string {
  return warnings
    .map((warning) => {
      const place = `${warning.file}:${warning.line}:${warning.column}`;
      return `${style.bold(printable(place))}  ${style.warn(`warning ${warning.code}`)}  ${printable(warning.message)}\n`;
    })
    .join("");
}
