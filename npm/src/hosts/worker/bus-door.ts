import type { MessagePort } from "node:worker_threads";
import { isReserved } from "../../bus/subjects.ts";
import type { Clock } from "../../runtime/clock.ts";
import { memoryTransport } from "../../transports/memory/memory-transport.ts";
import { serveWorker, type WorkerDoor } from "../../transports/worker/worker-transport.ts";
import type { Attempt } from "../host.ts";

/** Lets the thread behind `port` use the bus of its attempt, under the agent's id and with its rights. */
export function openDoor(port: MessagePort, { bus, agentId }: Attempt, clock: Clock): WorkerDoor | undefined {
  if (bus === undefined) {
    port.close();
    return undefined;
  }
  const { principal } = bus;
  const { access } = bus.hub.options;
  // What the runtimes of both sides tell each other is not the agent's doing.
  const permits = (action: "publish" | "subscribe", subject: string): boolean =>
    principal === undefined || isReserved(subject) || access?.(principal, action, subject) !== false;
  const door = serveWorker(port, memoryTransport(bus), { clock, name: agentId, permits });
  return {
    close: async () => {
      await door.close();
      port.close();
    },
    [Symbol.asyncDispose]: () => door.close(),
  };
}
