import { checkTable, type ReportTable } from "./table.ts";

/** Cells a spreadsheet would run as a formula; plain negative numbers are not among them. */
const FORMULA = /^(?:[=@\t\r]|[+-](?![\d.,]*$))/;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The table as RFC 4180 text with a header line and CRLF ends. Text that a spreadsheet would take for a formula is prefixed with an apostrophe. */
export function toCsv(table: ReportTable): string {
  const { columns, rows, totals } = checkTable(table);
  const lines = [columns.map((column) => column.title), ...rows, ...(totals === undefined ? [] : [totals])];
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/** Reads RFC 4180 text back into rows of cells, header line included. Apostrophes that guard formulas are kept. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let current = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (quoted) {
      if (char !== '"') current += char;
      else if (text[at + 1] === '"') current += text[++at];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "," || char === "\n") {
      row.push(current);
      current = "";
      if (char === "\n") {
        rows.push(row);
        row = [];
      }
    } else if (char !== "\r") current += char;
  }
  if (current !== "" || row.length > 0) rows.push([...row, current]);
  return rows;
}
