export interface Column<Row> {
  readonly head: string;
  /** Already escaped text of the cell. */
  readonly cell: (row: Row) => string;
  readonly right?: boolean;
}

/** A table; `null` when there are no rows. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string | null {
  if (rows.length === 0) return null;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map((column) => column.head)),
    line(columns.map((column) => (column.right === true ? "---:" : "---"))),
    ...rows.map((row) => line(columns.map((column) => column.cell(row)))),
  ].join("\n");
}
