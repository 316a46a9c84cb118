import type { Event } from "../plan.ts";
import type { Time } from "./clock.ts";
import type { Nodes } from "./nodes.ts";

/** Something goes wrong. */
export function fault(nodes: Nodes, time: Time, event: Event): void {
  const line = "node" in event ? nodes.lines[event.node] : undefined;
  switch (event.kind) {
    case "break":
      line?.connection?.break();
      return;
    case "half-open":
      if (line?.connection !== undefined && !line.connection.isOver) line.connection.isHalfOpen = true;
      return;
    case "partition":
      if (line === undefined) return;
      line.isCut = true;
      time.after(event.forMs, () => {
        line.isCut = false;
      });
      return;
    case "slow":
      if (line === undefined) return;
      line.slowness = event.times;
      time.after(event.forMs, () => {
        line.slowness = 1;
      });
      return;
    case "mishap":
      line?.mishaps[event.side].push(event.mishap);
      return;
    case "die":
      nodes.end(event.node, event.forMs, true);
      return;
    case "drain":
      nodes.end(event.node, event.forMs, false);
      return;
    case "forget sessions":
      nodes.server.forget();
      return;
    case "wall":
      nodes.jump(event.node, event.byMs);
      return;
    default:
      throw new Error(`${event.kind} is no fault`);
  }
}

/** Everything works again. */
export function heal(nodes: Nodes): void {
  for (const [node, line] of nodes.lines.entries()) {
    line.isCut = false;
    line.slowness = 1;
    line.mishaps.up.length = 0;
    line.mishaps.down.length = 0;
    // What a line has lost without anybody noticing is noticed when it breaks.
    line.connection?.break();
    nodes.start(node);
  }
}
