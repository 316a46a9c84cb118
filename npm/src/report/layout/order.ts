import type { Slot } from "./columns.ts";

const SWEEPS = 12;

/**
 * Orders each column so that edges cross little: sweeps of the barycentre rule forward and back, the best order seen
 * is kept. Deterministic: ties keep the order of the plan. O(sweeps · edges · log edges).
 */
export function orderColumns(columns: readonly Slot[][]): void {
  let best = columns.map((column) => [...column]);
  let least = crossings(columns);
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep += 1) {
    const forward = sweep % 2 === 0;
    const side = forward ? "before" : "after";
    const order = forward ? columns : [...columns].reverse();
    for (const column of order) sortByNeighbours(column, side, positions(columns));
    const found = crossings(columns);
    if (found < least) {
      least = found;
      best = columns.map((column) => [...column]);
    }
  }
  columns.forEach((column, index) => {
    column.splice(0, column.length, ...(best[index] as Slot[]));
  });
}

function sortByNeighbours(column: Slot[], side: "before" | "after", at: ReadonlyMap<Slot, number>): void {
  const weight = new Map<Slot, number>();
  for (const slot of column) {
    const near = slot[side];
    const sum = near.reduce((total, other) => total + (at.get(other) ?? 0), 0);
    weight.set(slot, near.length === 0 ? (at.get(slot) ?? 0) : sum / near.length);
  }
  column.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
}

/** Position of each slot as a share of its column, so that columns of different length compare. */
function positions(columns: readonly Slot[][]): ReadonlyMap<Slot, number> {
  const at = new Map<Slot, number>();
  for (const column of columns) {
    column.forEach((slot, index) => {
      at.set(slot, (index + 0.5) / column.length);
    });
  }
  return at;
}

/** Number of crossings: inversions of the far ends when edges are sorted by their near ends. */
function crossings(columns: readonly Slot[][]): number {
  let total = 0;
  for (const column of columns) {
    const far = new Map<Slot, number>();
    const nextColumn = columns[(column[0]?.column ?? 0) + 1] ?? [];
    nextColumn.forEach((slot, index) => {
      far.set(slot, index);
    });
    const ends: number[] = [];
    for (const slot of column) ends.push(...slot.after.map((next) => far.get(next) ?? 0).sort((a, b) => a - b));
    total += inversions(ends);
  }
  return total;
}

function inversions(values: readonly number[]): number {
  const sorted: number[] = [];
  let total = 0;
  for (const value of values) {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) > value) high = middle;
      else low = middle + 1;
    }
    total += sorted.length - low;
    sorted.splice(low, 0, value);
  }
  return total;
}
