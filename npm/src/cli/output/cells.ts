import stringWidth from "string-width";
import { clean } from "../../report/clean.ts";

/** One line of text from outside, fit for a terminal. */
export function printable(text: string): string {
  return clean(text).replace(/[\t\n]+/g, " ");
}

/** Pads or cuts to a number of terminal cells. Styled text may be padded, only plain text cut. */
export function fitCells(text: string, width: number, align: "left" | "right" = "left"): string {
  const taken = stringWidth(text);
  if (taken <= width) {
    const space = " ".repeat(width - taken);
    return align === "left" ? text + space : space + text;
  }
  let cut = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = stringWidth(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return width > 0 ? `${cut}…${" ".repeat(width - used - 1)}` : "";
}

export { stringWidth };
