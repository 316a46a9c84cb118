import { fitCells, stringWidth } from "./cells.ts";

export interface TableColumn {
  readonly head: string;
  readonly right?: boolean;
  /** Cut to this many cells, and to fewer where the table would be too wide. Default: as wide as the widest. */
  readonly max?: number;
}

/** Below this a cut column says nothing any more. */
const LEAST = 8;

/**
 * Columns set side by side; cells may be styled unless a column has a maximum.
 *
 * @param width cells the table may take, where its columns with a maximum can be cut enough. Default: any
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): string {
  const widths = columns.map((column, index) => {
    const widest = rows.reduce((most, row) => Math.max(most, stringWidth(row[index] ?? "")), stringWidth(column.head));
    return Math.min(widest, column.max ?? widest);
  });
  narrow(columns, widths, widths.reduce((sum, one) => sum + one, 2 * (columns.length - 1)) - width);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => fitCells(cell, widths[index] ?? 0, columns[index]?.right === true ? "right" : "left"))
      .join("  ")
      .trimEnd();
  return `${[line(columns.map((column) => column.head)), ...rows.map(line)].join("\n")}\n`;
}

/** Takes `excess` cells away from columns that can be cut, always from the widest. */
function narrow(columns: readonly TableColumn[], widths: number[], excess: number): void {
  for (let left = excess; left > 0; left -= 1) {
    let widest = -1;
    for (const [index, { max }] of columns.entries()) {
      const own = widths[index] ?? 0;
      if (max !== undefined && own > LEAST && own > (widths[widest] ?? 0)) widest = index;
    }
    if (widest === -1) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
