export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Something to place; `id` is its index in the caller's list. */
export interface LayoutNode extends Size {
  readonly id: number;
}

export interface LayoutEdge {
  readonly from: number;
  readonly to: number;
}

export interface PlacedEdge extends LayoutEdge {
  /** From the right side of `from` over every column between to the left side of `to`. */
  readonly points: readonly Point[];
}

export interface Placement extends Size {
  /** Top left corner of each node, by id. */
  readonly nodes: ReadonlyMap<number, Point>;
  readonly edges: readonly PlacedEdge[];
}
