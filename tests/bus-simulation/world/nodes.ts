import type { Transport } from "../../../npm/src/transports/transport.ts";
import { webSocketTransport } from "../../../npm/src/transports/websocket/index.node.ts";
import { serveWorker, workerTransport } from "../../../npm/src/transports/worker/worker-transport.ts";
import type { Plan } from "../plan.ts";
import { ProcessClock, type Time } from "./clock.ts";
import { Doors } from "./doors.ts";
import { Line } from "./network.ts";
import type { Observer } from "./observer.ts";
import { channel, type Port } from "./port.ts";
import { type Deliveries, Process } from "./process.ts";
import { protocol } from "./protocol.ts";
import { Server } from "./server.ts";

/** The lives of all nodes, and what lies between them. */
export class Nodes {
  readonly doors: Doors;
  readonly server: Server;
  readonly lines: Line[] = [];
  readonly #plan: Plan;
  readonly #time: Time;
  readonly #observer: Observer;
  readonly #deliveries: Deliveries;
  readonly #processes: (Process | undefined)[] = [];
  readonly #clocks: ProcessClock[] = [];
  readonly #ports = new Map<number, Port>();
  readonly #aheadMs: number[] = [];
  #lives = 0;

  constructor(plan: Plan, time: Time, observer: Observer, deliveries: Deliveries) {
    this.#plan = plan;
    this.#time = time;
    this.#observer = observer;
    this.#deliveries = deliveries;
    this.doors = new Doors(observer, (node) => this.#processes[node]);
    const { seed, heartbeatMs, resumeMs } = plan;
    this.server = new Server({
      ...{ time, clock: new ProcessClock(time, 0), seed, heartbeatMs, resumeMs },
      visitor: (token) => ({ name: `n${token}`, transport: this.doors.open(Number(token)) }),
      happened: (what) => observer.count(what),
      ended: (name) => observer.facts.broken.add(Number(name.slice(1))),
    });
    for (const [node] of plan.ways.entries()) {
      this.lines.push(new Line(node));
      this.#aheadMs.push(0);
      this.start(node);
    }
  }

  get all(): Process[] {
    return this.#processes.filter((process) => process !== undefined);
  }

  /** The process of a node that takes work. */
  up(node: number): Process | undefined {
    const process = this.#processes[node];
    return process?.isUp === true ? process : undefined;
  }

  /** Sets the wall clock of a node. */
  jump(node: number, byMs: number): void {
    this.#aheadMs[node] = (this.#aheadMs[node] ?? 0) + byMs;
    const clock = this.#clocks[node];
    if (clock !== undefined) clock.aheadMs += byMs;
  }

  /** Begins a process, unless there is one. */
  start(node: number): void {
    if (this.#processes[node] !== undefined) return;
    const clock = new ProcessClock(this.#time, this.#aheadMs[node] ?? 0);
    this.#clocks[node] = clock;
    const transport = node === 0 ? undefined : this.doors.watched(node, this.#connect(node, clock));
    const { ageingMs } = this.#plan;
    this.#processes[node] = new Process(node, ++this.#lives, clock, ageingMs, transport, this.#deliveries);
  }

  /** A process ends, at once or after it has drained, and another begins later. */
  end(node: number, forMs: number, isSudden: boolean): void {
    const process = this.up(node);
    if (process === undefined || node === 0) return;
    process.isUp = false;
    this.#observer.facts.broken.add(node);
    const over = (): void => {
      if (this.#processes[node] !== process) return;
      this.#processes[node] = undefined;
      process.clock.isDead = true;
      this.lines[node]?.connection?.clientDied();
      this.#ports.get(node)?.die();
      for (const { fact } of process.listening.values()) fact.isOpen = false;
      for (const message of this.#observer.facts.messages.values())
        if (message.process === process.process && message.outcome === "pending") message.outcome = "TRANSPORT_LOST";
      for (const request of this.#observer.facts.requests.values())
        if (request.process === process.process) request.outcome ??= "died";
      if (this.#plan.ways[node] === "memory" || !isSudden) void process.bus.close();
      this.#time.after(forMs, () => this.start(node));
    };
    if (isSudden) over();
    else {
      void process.bus.drain();
      this.#time.after(Math.max(forMs, 1), over);
    }
  }

  #connect(node: number, clock: ProcessClock): Transport {
    const way = this.#plan.ways[node];
    const line = this.lines[node] as Line;
    if (way === "memory") return this.doors.open(node);
    if (way === "worker") {
      const [near, far] = channel(this.#time, this.#plan.seed + this.#lives * 2);
      this.#ports.set(node, far);
      const home = this.#clocks[0] as ProcessClock;
      const heartbeatMs = this.#plan.heartbeatMs;
      serveWorker(near, this.doors.open(node), { clock: home, heartbeatMs, name: `n${node}` });
      return workerTransport(far, { clock, heartbeatMs });
    }
    return webSocketTransport("ws://home", {
      ...{ clock, token: `${node}`, retryMs: 20, retryMostMs: 300, connectMs: 500, bufferBytes: 1_048_576 },
      speech: { protocol },
      socket: () => this.server.connect(line),
      onError: (error) => this.#observer.count(`trouble: ${error.code}`),
    });
  }
}
