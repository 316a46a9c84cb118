import { ranksOf } from "./ranks.ts";
import type { LayoutEdge, LayoutNode } from "./types.ts";

/** A place in a column: a node, or the bend of an edge that passes through. */
export interface Slot {
  readonly node: number | null;
  readonly width: number;
  readonly height: number;
  readonly column: number;
  readonly before: Slot[];
  readonly after: Slot[];
}

export interface Columns {
  readonly columns: readonly Slot[][];
  /** For each edge the slots it runs through, ends included; absent for edges against the direction. */
  readonly routes: ReadonlyMap<LayoutEdge, readonly Slot[]>;
}

/** Height of the lane an edge keeps open where it passes a column. */
const BEND_HEIGHT = 10;

/** Sorts nodes into columns and splits long edges, so that every piece joins neighbouring columns. */
export function columnsOf(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Columns {
  const ranks = ranksOf(nodes, edges);
  const columns: Slot[][] = [];
  const put = (slot: Slot): Slot => {
    while (columns.length <= slot.column) columns.push([]);
    columns[slot.column]?.push(slot);
    return slot;
  };
  const slots = new Map<number, Slot>();
  for (const node of nodes) {
    const column = ranks.get(node.id) ?? 0;
    slots.set(node.id, put({ node: node.id, width: node.width, height: node.height, column, before: [], after: [] }));
  }
  const routes = new Map<LayoutEdge, readonly Slot[]>();
  for (const edge of edges) {
    const from = slots.get(edge.from);
    const to = slots.get(edge.to);
    if (from === undefined || to === undefined || from.column >= to.column) continue;
    const route = [from];
    for (let column = from.column + 1; column < to.column; column += 1) {
      route.push(put({ node: null, width: 0, height: BEND_HEIGHT, column, before: [], after: [] }));
    }
    route.push(to);
    for (let index = 1; index < route.length; index += 1) {
      (route[index - 1] as Slot).after.push(route[index] as Slot);
      (route[index] as Slot).before.push(route[index - 1] as Slot);
    }
    routes.set(edge, route);
  }
  return { columns, routes };
}
