import type { LayoutEdge, LayoutNode } from "./types.ts";

/**
 * Column of each node: one more than the largest of its predecessors; nodes without any stand before their successors. Edges that close a cycle are ignored, so that a
 * damaged plan still gives a picture. O(nodes + edges).
 */
export function ranksOf(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): ReadonlyMap<number, number> {
  const next = new Map<number, number[]>(nodes.map((node) => [node.id, []]));
  const open = new Map<number, number>(nodes.map((node) => [node.id, 0]));
  for (const edge of edges) {
    next.get(edge.from)?.push(edge.to);
    open.set(edge.to, (open.get(edge.to) ?? 0) + 1);
  }
  const ranks = new Map<number, number>(nodes.map((node) => [node.id, 0]));
  const queue = nodes.filter((node) => open.get(node.id) === 0).map((node) => node.id);
  const done = new Set(queue);
  const rest = nodes.map((node) => node.id);
  for (let index = 0, fallback = 0; index < nodes.length; index += 1) {
    if (index >= queue.length) {
      while (done.has(rest[fallback] as number)) fallback += 1;
      queue.push(rest[fallback] as number);
      done.add(rest[fallback] as number);
    }
    const id = queue[index] as number;
    for (const to of next.get(id) ?? []) {
      if (done.has(to)) continue;
      ranks.set(to, Math.max(ranks.get(to) ?? 0, (ranks.get(id) ?? 0) + 1));
      open.set(to, (open.get(to) ?? 0) - 1);
      if (open.get(to) === 0) {
        done.add(to);
        queue.push(to);
      }
    }
  }
  // What waits for nothing stands just before what needs it: shorter lines than at the far left.
  const late = new Map(ranks);
  const fed = new Set(edges.filter((edge) => edge.from !== edge.to).map((edge) => edge.to));
  for (const node of nodes) {
    const after = (next.get(node.id) ?? []).map((id) => ranks.get(id) ?? 0).filter((rank) => rank > 0);
    if (!fed.has(node.id) && after.length > 0) late.set(node.id, Math.min(...after) - 1);
  }
  return late;
}
