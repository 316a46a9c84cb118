import { checkTable, type ReportTable } from "./table.ts";

function cell(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("|", "\\|")
    .replace(/\s*\r?\n\s*/g, " ");
}

/** The table as a Markdown section: heading, aligned table, totals in bold. */
export function toMarkdown(table: ReportTable): string {
  const { columns, rows, title, totals } = checkTable(table);
  const bold = totals?.map((text) => (text === "" ? "" : `**${cell(text)}**`));
  const body = [
    columns.map((column) => cell(column.title)),
    ...rows.map((row) => row.map(cell)),
    ...(bold === undefined ? [] : [bold]),
  ];
  const widths = columns.map((_, at) => Math.max(3, ...body.map((row) => (row[at] as string).length)));
  const right = columns.map((column) => column.align === "right");
  const line = (row: readonly string[]): string => {
    const cells = row.map((text, at) =>
      right[at] ? text.padStart(widths[at] as number) : text.padEnd(widths[at] as number),
    );
    return `| ${cells.join(" | ")} |`;
  };
  const rule = widths.map((width, at) => (right[at] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  const [header, ...rest] = body as [string[], ...string[][]];
  return [`## ${title}`, "", line(header), `| ${rule.join(" | ")} |`, ...rest.map(line), ""].join("\n");
}
