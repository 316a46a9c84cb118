import type { Span } from "./time-scale.ts";

/** Gives each span the first row in which nothing overlaps it; answers the rows by index of the span. */
export function lanes(spans: readonly Span[]): { readonly rows: readonly number[]; readonly count: number } {
  const order = spans.map((_, index) => index).sort((a, b) => (spans[a] as Span).from - (spans[b] as Span).from);
  const free: number[] = [];
  const rows: number[] = new Array<number>(spans.length).fill(0);
  for (const index of order) {
    const span = spans[index] as Span;
    let row = free.findIndex((until) => until <= span.from);
    if (row < 0) row = free.length;
    free[row] = span.to;
    rows[index] = row;
  }
  return { rows, count: Math.max(1, free.length) };
}
