import { array, assert, integer, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { compound } from "./compound.ts";
import { lanes } from "./lanes.ts";
import { layered } from "./layered.ts";
import { spread } from "./spread.ts";
import type { LayoutEdge, LayoutNode } from "./types.ts";

const nodes = (count: number): LayoutNode[] =>
  Array.from({ length: count }, (_, id) => ({ id, width: 100, height: 40 }));
const edge = (from: number, to: number): LayoutEdge => ({ from, to });

describe("layered layout", () => {
  it("puts what comes later further right, never one box over another", () => {
    const graph = tuple(
      integer({ min: 1, max: 14 }),
      array(tuple(integer({ min: 0, max: 13 }), integer({ min: 0, max: 13 })), { maxLength: 30 }),
    );
    assert(
      property(graph, ([count, pairs]) => {
        const edges = pairs.filter(([a, b]) => a < b && b < count).map(([a, b]) => edge(a, b));
        const placed = layered(nodes(count), edges);
        for (const { from, to } of edges) {
          expect(placed.nodes.get(to)?.x).toBeGreaterThanOrEqual((placed.nodes.get(from)?.x ?? 0) + 100);
        }
        const boxes = [...placed.nodes.values()];
        boxes.forEach((a, index) => {
          for (const b of boxes.slice(index + 1)) {
            const apart = Math.abs(a.x - b.x) >= 100 || Math.abs(a.y - b.y) >= 40 - 1e-6;
            expect(apart).toBe(true);
          }
        });
        for (const box of boxes) {
          expect(box.y).toBeGreaterThanOrEqual(-1e-6);
          expect(box.y + 40).toBeLessThanOrEqual(placed.height + 1e-6);
          expect(box.x + 100).toBeLessThanOrEqual(placed.width + 1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("finds an order without crossings where there is one", () => {
    const placed = layered(nodes(6), [edge(0, 5), edge(1, 4), edge(2, 3)]);
    const ys = [0, 1, 2].map((id) => placed.nodes.get(id)?.y ?? 0);
    const ends = [5, 4, 3].map((id) => placed.nodes.get(id)?.y ?? 0);
    expect(ys.map((y, index) => Math.abs(y - (ends[index] ?? 0)) < 1)).toEqual([true, true, true]);
  });

  it("draws a graph with a cycle all the same", () => {
    const placed = layered(nodes(3), [edge(0, 1), edge(1, 2), edge(2, 0)]);
    expect(placed.nodes.size).toBe(3);
    expect(placed.edges.length).toBe(2);
  });
});

describe("nested layout", () => {
  const options = { leaf: { width: 100, height: 40 }, title: 30, padding: 10 };

  it("keeps parts inside their frame and lifts edges to siblings", () => {
    const items = [0, 1, 2, 3].map((id) => ({ id, parent: id === 2 || id === 3 ? 1 : null }));
    const layout = compound(items, [edge(0, 2), edge(0, 3), edge(2, 1)], options);
    const [, frame] = layout.boxes.filter((box) => box.id === 0 || box.id === 1);
    for (const part of layout.boxes.filter((box) => box.id > 1)) {
      expect(part.x).toBeGreaterThanOrEqual((frame?.x ?? 0) + 10);
      expect(part.y).toBeGreaterThanOrEqual((frame?.y ?? 0) + 30);
      expect(part.x + part.width).toBeLessThanOrEqual((frame?.x ?? 0) + (frame?.width ?? 0) - 10);
      expect(part.y + part.height).toBeLessThanOrEqual((frame?.y ?? 0) + (frame?.height ?? 0) - 10 + 1e-6);
    }
    expect(layout.edges.map(({ from, to }) => [from, to])).toEqual([[0, 1]]);
  });

  it("sets independent items as a block", () => {
    const items = Array.from({ length: 9 }, (_, id) => ({ id, parent: null }));
    const layout = compound(items, [], options);
    expect(new Set(layout.boxes.map((box) => box.x)).size).toBe(3);
    expect(new Set(layout.boxes.map((box) => box.y)).size).toBe(3);
  });

  it("shows items whose parents run in a circle side by side", () => {
    const layout = compound(
      [
        { id: 0, parent: 1 },
        { id: 1, parent: 0 },
      ],
      [],
      options,
    );
    expect(layout.boxes).toHaveLength(2);
  });
});

describe("helpers of the layout", () => {
  it("spread keeps order and distance, and moves nothing that fits", () => {
    expect(spread([0, 50, 100], [20, 20])).toEqual([0, 50, 100]);
    const tight = spread([10, 10, 10], [20, 20]);
    expect(tight).toEqual([-10, 10, 30]);
  });

  it("lanes never overlap", () => {
    const { rows, count } = lanes([
      { from: 0, to: 10 },
      { from: 5, to: 8 },
      { from: 10, to: 12 },
      { from: 8, to: 9 },
    ]);
    expect(rows).toEqual([0, 1, 0, 1]);
    expect(count).toBe(2);
  });
});
