import { Bus } from "../../../bus/bus.ts";
import type { FakeClock } from "../../../testing/fake-clock.ts";
import { memoryTransport } from "../../../transports/memory/memory-transport.ts";
import type { Perform } from "../../agent.ts";
import { type RemoteAgent, type RemoteAgentOptions, remoteAgent } from "../satellite.ts";
import { LossyTransport } from "./lossy-transport.ts";

/** A remote agent of a test, and the connection it has. */
export interface Outpost {
  readonly agent: RemoteAgent;
  readonly line: LossyTransport;
  /** What nobody else was told, by code. */
  readonly troubles: string[];
}

/** A hub where teams and remote agents of a test meet. */
export class MeetingPoint {
  readonly hub: Bus;
  readonly #clock: FakeClock;
  readonly #open: (() => Promise<void>)[] = [];

  constructor(clock: FakeClock, hub: Bus = new Bus({ clock })) {
    this.#clock = clock;
    this.hub = hub;
  }

  /** An agent whose messages carry `source`. */
  outpost(options: RemoteAgentOptions, perform: Perform, source = "visitor"): Outpost {
    const line = new LossyTransport(memoryTransport(this.hub), source);
    const bus = new Bus({ clock: this.#clock, transport: line });
    const troubles: string[] = [];
    const onError = (error: Error): void => {
      troubles.push((error as { code?: string }).code ?? error.message);
    };
    const agent = remoteAgent(bus, { clock: this.#clock, onError, ...options }, perform);
    this.#open.push(
      () => agent.close(),
      () => bus.close(),
    );
    return { agent, line, troubles };
  }

  async close(): Promise<void> {
    for (const close of this.#open.splice(0)) void close();
    await this.#clock.advanceAsync(60_000);
    await this.hub.close();
  }
}
