/** For each node, the nodes it waits for. */
export type Waits = readonly (readonly number[])[];

/** One shortest cycle of each knot of nodes that wait for each other, as nodes in waiting order. O(nodes + edges). */
export function findCycles(waits: Waits): readonly (readonly number[])[] {
  const component = components(waits);
  const sizes = new Map<number, number>();
  for (const id of component) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  const done = new Set<number>();
  const cycles: (readonly number[])[] = [];
  for (const [node, id] of component.entries()) {
    if (done.has(id)) continue;
    if ((sizes.get(id) ?? 0) === 1 && !waits[node]?.includes(node)) continue;
    done.add(id);
    cycles.push(shortestWayBack(node, waits, component));
  }
  return cycles;
}

/** Strongly connected components (Tarjan), without recursion: depth is the user's. */
function components(waits: Waits): readonly number[] {
  const count = waits.length;
  const order = new Array<number>(count).fill(-1);
  const low = new Array<number>(count).fill(0);
  const component = new Array<number>(count).fill(-1);
  const next = new Array<number>(count).fill(0);
  const open: number[] = [];
  let time = 0;
  let found = 0;
  for (let root = 0; root < count; root += 1) {
    if (order[root] !== -1) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path.at(-1) as number;
      if (order[node] === -1) {
        order[node] = low[node] = time;
        time += 1;
        open.push(node);
      }
      const targets = waits[node] ?? [];
      const at = next[node] as number;
      if (at < targets.length) {
        next[node] = at + 1;
        const target = targets[at] as number;
        if (order[target] === -1) path.push(target);
        else if (component[target] === -1) low[node] = Math.min(low[node] as number, order[target] as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
      if (low[node] !== order[node]) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component[member] = found;
        if (member === node) break;
      }
      found += 1;
    }
  }
  return component;
}

/** Breadth first from `start` to itself inside its component. */
function shortestWayBack(start: number, waits: Waits, component: readonly number[]): readonly number[] {
  const before = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    for (const target of waits[node] ?? []) {
      if (target === start) {
        const way = [node];
        for (let at = node; at !== start; at = way.at(-1) as number) way.push(before.get(at) as number);
        return way.reverse();
      }
      if (component[target] !== component[start] || before.has(target)) continue;
      before.set(target, node);
      queue.push(target);
    }
  }
  return [start];
}
