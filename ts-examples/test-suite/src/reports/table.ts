/** A report before it takes a form: texts in rows under columns. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Last row, set apart; same length as the columns. */
  readonly totals?: readonly string[];
}

export interface ReportColumn {
  readonly title: string;
  /** Default `left`; numbers stand right. */
  readonly align?: "left" | "right";
}

/** @throws RangeError when a row has more or fewer cells than there are columns. */
export function checkTable(table: ReportTable): ReportTable {
  const rows = table.totals === undefined ? table.rows : [...table.rows, table.totals];
  for (const [index, row] of rows.entries()) {
    if (row.length !== table.columns.length) {
      throw new RangeError(
        `row ${index + 1} of "${table.title}" has ${row.length} cells for ${table.columns.length} columns`,
      );
    }
  }
  return table;
}
