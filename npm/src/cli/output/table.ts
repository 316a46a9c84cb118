import { fitCells, stringWidth } from "./cells.ts";

export interface TableColumn {
  readonly head: string;
  readonly right?: boolean;
  /** Cut to this many cells. Default: as wide as the widest. */
  readonly max?: number;
}

/** Columns set side by side; cells may be styled unless a column has a maximum. */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) => {
    const widest = rows.reduce((most, row) => Math.max(most, stringWidth(row[index] ?? "")), stringWidth(column.head));
    return Math.min(widest, column.max ?? widest);
  });
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => fitCells(cell, widths[index] ?? 0, columns[index]?.right === true ? "right" : "left"))
      .join("  ")
      .trimEnd();
  return `${[line(columns.map((column) => column.head)), ...rows.map(line)].join("\n")}\n`;
}
