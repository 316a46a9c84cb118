import type { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { LinkTransport } from "../link/client.ts";
import { lost } from "../link/errors.ts";
import { Pulse } from "../link/pulse.ts";
import { LinkSession, type Visitor } from "../link/server.ts";
import type { Transport } from "../transport.ts";
import { type PortLike, PortWire } from "./port.ts";

/** How two threads are connected. Every field is optional. */
export interface WorkerTransportOptions {
  /**
   * Rhythm of signs of life, in milliseconds; two and a half without one end the transport. Default 0: none, as a thread that
   * computes is not dead, and Node tells of one that ended. A page is not told: give a number there.
   */
  readonly heartbeatMs?: number;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Hears of what no caller hears of. */
  readonly onError?: (error: PolyphonError) => void;
}

/** How a bus is given to another thread. Every field is optional. */
export interface WorkerServeOptions extends WorkerTransportOptions {
  /** Name that all the other thread sends carries as its source. Default `worker`. */
  readonly name?: string;
  /** What the other thread may do; see {@link Visitor.permits}. Default: everything. */
  readonly permits?: Visitor["permits"];
}

/** The end of a served thread. */
export interface WorkerDoor extends AsyncDisposable {
  /** Ends its subscriptions and requests; the other end is told. */
  close(): Promise<void>;
}

/**
 * A transport to the bus of another thread, through a `MessagePort`, the `Worker` itself, or from inside a worker its
 * `parentPort` or `self`. The other end calls {@link serveWorker}. Payloads are what the platform can copy between threads.
 * When the thread ends, everything ends with `TRANSPORT_LOST`.
 */
export function workerTransport(port: PortLike, options: WorkerTransportOptions = {}): Transport {
  const { heartbeatMs = 0, clock = systemClock(), onError = () => undefined } = options;
  let pulse: Pulse | undefined;
  const release = (): void => {
    pulse?.stop();
    wire.close();
  };
  const transport = new LinkTransport("worker", clock, release, onError);
  const wire = new PortWire(
    port,
    (packet) => {
      pulse?.heard(packet);
      transport.roundTripMs = pulse?.roundTripMs;
      transport.link.receive(packet);
    },
    (reason) => transport.end(lost("worker", reason)),
  );
  transport.link.attach(wire, 0);
  transport.connected();
  if (heartbeatMs > 0) pulse = new Pulse(clock, heartbeatMs, transport.link, wire);
  return transport;
}

/** No limits between threads of one program but the ones that keep memory bounded. */
const LIMITS = { subscriptions: 10_000, inFlight: 4_096, waiting: 65_536 };

/** Lets the thread behind `port` publish, subscribe and ask on `door`. */
export function serveWorker(port: PortLike, door: Transport, options: WorkerServeOptions = {}): WorkerDoor {
  const { heartbeatMs = 0, clock = systemClock(), name = "worker", permits, onError = () => undefined } = options;
  const close = async (): Promise<void> => {
    pulse?.stop();
    wire.close();
    await session.close();
  };
  const session = new LinkSession({ name, transport: door, ...(permits && { permits }) }, LIMITS, {
    overflow: (error) => {
      onError(error);
      void close();
    },
    unsent: onError,
  });
  let pulse: Pulse | undefined;
  const wire = new PortWire(
    port,
    (packet) => {
      pulse?.heard(packet);
      session.link.receive(packet);
    },
    () => void close(),
  );
  session.link.attach(wire, 0);
  if (heartbeatMs > 0) pulse = new Pulse(clock, heartbeatMs, session.link, wire);
  return { close, [Symbol.asyncDispose]: close };
}
