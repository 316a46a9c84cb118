import type { LayoutNode, Placement, Point } from "./types.ts";

const GAP = 16;

/**
 * Adds nodes without edges below a placement, in rows. The number of columns follows the count unless given, so that
 * a plan of many independent tasks becomes a block and not a tower.
 */
export function grid(placement: Placement, free: readonly LayoutNode[], columns?: number): Placement {
  if (free.length === 0) return placement;
  const perRow = columns ?? Math.max(1, Math.min(6, Math.ceil(Math.sqrt(free.length))));
  const nodes = new Map<number, Point>(placement.nodes);
  let top = placement.nodes.size === 0 ? 0 : placement.height + GAP;
  let width = placement.width;
  for (let start = 0; start < free.length; start += perRow) {
    const row = free.slice(start, start + perRow);
    let left = 0;
    for (const node of row) {
      nodes.set(node.id, { x: left, y: top });
      left += node.width + GAP;
    }
    width = Math.max(width, left - GAP);
    top += row.reduce((tallest, node) => Math.max(tallest, node.height), 0) + GAP;
  }
  return { width, height: top - GAP, nodes, edges: placement.edges };
}
