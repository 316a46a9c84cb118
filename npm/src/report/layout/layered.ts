import { columnsOf, type Slot } from "./columns.ts";
import { orderColumns } from "./order.ts";
import { spread } from "./spread.ts";
import type { LayoutEdge, LayoutNode, PlacedEdge, Placement, Point } from "./types.ts";

export interface LayeredOptions {
  /** Between columns, in user units. Default 56. */
  readonly columnGap?: number;
  /** Between nodes of a column. Default 16. */
  readonly rowGap?: number;
}

const PASSES = 8;

/** Draws a directed acyclic graph from left to right: columns by depth, few crossings, straight long edges. */
export function layered(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  { columnGap = 56, rowGap = 16 }: LayeredOptions = {},
): Placement {
  const { columns, routes } = columnsOf(nodes, edges);
  orderColumns(columns);
  const centre = rows(columns, rowGap);

  const left: number[] = [];
  let width = 0;
  for (const column of columns) {
    left.push(width);
    width += column.reduce((widest, slot) => Math.max(widest, slot.width), 0) + columnGap;
  }
  const columnWidth = (index: number): number => (left[index + 1] ?? width) - (left[index] ?? 0) - columnGap;

  const placed = new Map<number, Point>();
  let height = 0;
  for (const slot of columns.flat()) {
    const y = (centre.get(slot) ?? 0) - slot.height / 2;
    height = Math.max(height, y + slot.height);
    if (slot.node === null) continue;
    const slack = columnWidth(slot.column) - slot.width;
    placed.set(slot.node, { x: (left[slot.column] ?? 0) + slack / 2, y });
  }

  const lines: PlacedEdge[] = [];
  for (const [edge, route] of routes) {
    const points: Point[] = [];
    route.forEach((slot, index) => {
      const y = centre.get(slot) ?? 0;
      const start = (left[slot.column] ?? 0) + (columnWidth(slot.column) - slot.width) / 2;
      if (slot.node === null) {
        points.push({ x: left[slot.column] ?? 0, y }, { x: (left[slot.column] ?? 0) + columnWidth(slot.column), y });
      } else points.push(index === 0 ? { x: start + slot.width, y } : { x: start, y });
    });
    lines.push({ from: edge.from, to: edge.to, points });
  }
  return { width: Math.max(0, width - columnGap), height, nodes: placed, edges: lines };
}

/** Centre line of each slot: everything as near its neighbours as its own column allows; the top is at 0. */
function rows(columns: readonly Slot[][], rowGap: number): ReadonlyMap<Slot, number> {
  const centre = new Map<Slot, number>();
  const apart = (column: readonly Slot[]): readonly number[] =>
    column.slice(1).map((slot, index) => ((column[index] as Slot).height + slot.height) / 2 + rowGap);
  for (const column of columns) {
    const gaps = apart(column);
    const total = gaps.reduce((sum, gap) => sum + gap, 0);
    let at = -total / 2;
    column.forEach((slot, index) => {
      centre.set(slot, at);
      at += gaps[index] ?? 0;
    });
  }
  const settle = (column: readonly Slot[], sides: readonly ("before" | "after")[]): void => {
    const wanted = column.map((slot) => {
      const near = sides.flatMap((side) => slot[side]);
      const sum = near.reduce((total, other) => total + (centre.get(other) ?? 0), 0);
      return near.length === 0 ? (centre.get(slot) ?? 0) : sum / near.length;
    });
    spread(wanted, apart(column)).forEach((value, index) => {
      centre.set(column[index] as Slot, value);
    });
  };
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const column of columns) settle(column, ["before"]);
    for (const column of [...columns].reverse()) settle(column, ["after"]);
    for (const column of columns) settle(column, ["before", "after"]);
  }
  let top = Number.POSITIVE_INFINITY;
  for (const [slot, y] of centre) top = Math.min(top, y - slot.height / 2);
  for (const [slot, y] of centre) centre.set(slot, y - top);
  return centre;
}
