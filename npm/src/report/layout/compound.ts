import { grid } from "./grid.ts";
import { layered } from "./layered.ts";
import type { LayoutEdge, LayoutNode, Placement, Point, Size } from "./types.ts";

/** An item of a nested graph; ids are indices. Items with parts are drawn as frames around them. */
export interface CompoundItem {
  readonly id: number;
  readonly parent: number | null;
}

export interface CompoundOptions {
  readonly leaf: Size;
  /** Space above the parts inside a frame, for its title. */
  readonly title: number;
  /** Space around the parts inside a frame. */
  readonly padding: number;
}

export interface Box extends Point, Size {
  readonly id: number;
  readonly frame: boolean;
}

export interface CompoundLayout extends Size {
  /** Frames before their parts. */
  readonly boxes: readonly Box[];
  readonly edges: readonly (LayoutEdge & { readonly points: readonly Point[] })[];
}

/**
 * Lays out nested items: each frame by itself, from the inside out. An edge that crosses frames is lifted to the two
 * siblings it joins, and drawn once.
 */
export function compound(
  items: readonly CompoundItem[],
  edges: readonly LayoutEdge[],
  options: CompoundOptions,
): CompoundLayout {
  const parents = new Map(items.map((item) => [item.id, item.parent]));
  const paths = new Map(items.map((item) => [item.id, pathOf(item.id, parents)]));
  const parts = new Map<number | null, number[]>();
  for (const item of items) {
    const path = paths.get(item.id) as readonly number[];
    const parent = path.at(-2) ?? null;
    parts.set(parent, [...(parts.get(parent) ?? []), item.id]);
  }
  const lifted = new Map<number | null, Map<string, LayoutEdge>>();
  for (const edge of edges) {
    const met = meet(paths.get(edge.from), paths.get(edge.to));
    if (met === undefined) continue;
    const own = lifted.get(met.frame) ?? new Map<string, LayoutEdge>();
    own.set(`${met.from} ${met.to}`, { from: met.from, to: met.to });
    lifted.set(met.frame, own);
  }

  const inner = new Map<number | null, Placement>();
  const sizeOf = (id: number): Size => {
    if (!parts.has(id)) return options.leaf;
    const placement = place(id);
    const width = Math.max(options.leaf.width, placement.width) + 2 * options.padding;
    return { width, height: placement.height + options.title + options.padding };
  };
  const place = (frame: number | null): Placement => {
    const known = inner.get(frame);
    if (known !== undefined) return known;
    const nodes: LayoutNode[] = (parts.get(frame) ?? []).map((id) => ({ id, ...sizeOf(id) }));
    const own = [...(lifted.get(frame)?.values() ?? [])];
    const joined = new Set(own.flatMap((edge) => [edge.from, edge.to]));
    const free = nodes.filter((node) => !joined.has(node.id));
    const linked = layered(
      nodes.filter((node) => joined.has(node.id)),
      own,
    );
    const made = grid(linked, free, frame === null ? undefined : 1);
    inner.set(frame, made);
    return made;
  };

  const boxes: Box[] = [];
  const lines: (LayoutEdge & { readonly points: readonly Point[] })[] = [];
  const emit = (frame: number | null, at: Point): void => {
    const placement = place(frame);
    for (const line of placement.edges) {
      lines.push({ ...line, points: line.points.map((point) => ({ x: point.x + at.x, y: point.y + at.y })) });
    }
    for (const [id, point] of placement.nodes) {
      const box = { id, x: at.x + point.x, y: at.y + point.y, ...sizeOf(id), frame: parts.has(id) };
      boxes.push(box);
      if (!box.frame) continue;
      const slack = box.width - 2 * options.padding - place(id).width;
      emit(id, { x: box.x + options.padding + slack / 2, y: box.y + options.title });
    }
  };
  emit(null, { x: 0, y: 0 });
  const whole = place(null);
  return { width: whole.width, height: whole.height, boxes, edges: lines };
}

/** Ids from the outermost frame down to the item; a cycle of parents is cut. */
function pathOf(id: number, parents: ReadonlyMap<number, number | null>): readonly number[] {
  const path: number[] = [];
  for (let at: number | null | undefined = id; at !== null && at !== undefined; at = parents.get(at)) {
    if (path.includes(at)) return [id];
    path.unshift(at);
  }
  return path;
}

/** The two siblings an edge joins, and the frame they lie in; `undefined` when one end holds the other. */
function meet(
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): { readonly frame: number | null; readonly from: number; readonly to: number } | undefined {
  if (from === undefined || to === undefined) return undefined;
  let depth = 0;
  while (depth < from.length && depth < to.length && from[depth] === to[depth]) depth += 1;
  const left = from[depth];
  const right = to[depth];
  if (left === undefined || right === undefined) return undefined;
  return { frame: from[depth - 1] ?? null, from: left, to: right };
}
