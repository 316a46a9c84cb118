// A local request: plain, and with everything around it.
import { Bus, type BusOptions } from "polyphon";
import { compose, Policies } from "polyphon/policies";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "../../tasks/peers/load.ts";
import { type Contestant, takeTurns } from "../turns.ts";

interface Broker {
  createService(schema: object): unknown;
  start(): Promise<void>;
  call(action: string, params: object): Promise<unknown>;
}
interface Moleculer {
  readonly default: { readonly ServiceBroker: new (options: object) => Broker };
}

const params = { a: 1, b: 2 };
const add = ({ a, b }: typeof params): number => a + b;

/** Everything on, without exporters and reporters, which would only add to it. */
const FULL = {
  requestTimeout: 5_000,
  retryPolicy: { enabled: true, retries: 3 },
  circuitBreaker: { enabled: true, threshold: 0.5, windowTime: 10, minRequestCount: 5 },
  bulkhead: { enabled: true, concurrency: 100, maxQueueSize: 100 },
  tracing: { enabled: true, sampling: { rate: 1 }, exporter: [] },
  metrics: { enabled: true, reporter: [] },
};

export async function request(rows: Rows): Promise<void> {
  await takeTurns(rows, "request_ns", 50_000, {
    polyphon: () => {
      const bus = responding({});
      return each(() => bus.request("math.add", params));
    },
    moleculer: () => moleculer({}),
  });
  await takeTurns(rows, "request_full_ns", 20_000, {
    polyphon: () => {
      const bus = responding(WATCHED);
      const { breaker, bulkhead } = rules();
      // Timeout and retries are the request's own, as they are in Moleculer.
      const options = { policy: compose(breaker, bulkhead), timeoutMs: 5_000, retries: 3 };
      return each(() => bus.request("math.add", params, options));
    },
    // The same made of policies only, which go around anything.
    "polyphon, four policies": () => {
      const bus = responding(WATCHED);
      const { policies, breaker, bulkhead } = rules();
      const policy = compose(policies.retry(), breaker, bulkhead, policies.timeout(5_000));
      return each(() => bus.request("math.add", params, { policy }));
    },
    moleculer: () => moleculer(FULL),
  });
}

/** Every request is timed into the histogram and recorded as a span. */
const WATCHED: BusOptions = { spans: 4_096, sampling: 1 };

function responding(options: BusOptions): Bus {
  const bus = new Bus(options);
  bus.respond<typeof params>("math.add", async ({ payload }) => add(payload));
  return bus;
}

function rules(): {
  readonly policies: Policies;
  readonly breaker: ReturnType<Policies["circuitBreaker"]>;
  readonly bulkhead: ReturnType<Policies["bulkhead"]>;
} {
  const policies = new Policies();
  const breaker = policies.circuitBreaker({ timeoutMs: 0 });
  return { policies, breaker, bulkhead: policies.bulkhead({ limit: 100, queue: 100 }) };
}

async function moleculer(options: object): Promise<Contestant> {
  const { ServiceBroker } = (await loadPeer<Moleculer>("moleculer")).default;
  const broker = new ServiceBroker({ logger: false, ...options });
  broker.createService({ name: "math", actions: { add: async (ctx: { params: typeof params }) => add(ctx.params) } });
  await broker.start();
  return each(() => broker.call("math.add", params));
}

function each(call: () => Promise<unknown>): Contestant {
  return {
    run: async (calls) => {
      for (let made = 0; made < calls; made++) await call();
    },
  };
}
