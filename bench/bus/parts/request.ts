// A local request: plain, and with everything around it.
import { Bus } from "polyphon";
import { compose, Policies } from "polyphon/policies";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "../../tasks/peers/load.ts";
import { takeTurns } from "../turns.ts";

interface Broker {
  createService(schema: object): unknown;
  start(): Promise<void>;
  stop(): Promise<void>;
  call(action: string, params: object): Promise<unknown>;
}
interface Moleculer {
  readonly default: { readonly ServiceBroker: new (options: object) => Broker };
}

const params = { a: 1, b: 2 };
const add = ({ a, b }: typeof params): number => a + b;

export async function request(rows: Rows): Promise<void> {
  const { ServiceBroker } = (await loadPeer<Moleculer>("moleculer")).default;
  const broker = async (options: object): Promise<Broker> => {
    const made = new ServiceBroker({ logger: false, ...options });
    made.createService({ name: "math", actions: { add: async (ctx: { params: typeof params }) => add(ctx.params) } });
    await made.start();
    return made;
  };
  const plain = await broker({});
  // Without exporters and reporters, which would only add to it.
  const full = await broker({
    requestTimeout: 5_000,
    retryPolicy: { enabled: true, retries: 3 },
    circuitBreaker: { enabled: true, threshold: 0.5, windowTime: 10, minRequestCount: 5 },
    bulkhead: { enabled: true, concurrency: 100, maxQueueSize: 100 },
    tracing: { enabled: true, sampling: { rate: 1 }, exporter: [] },
    metrics: { enabled: true, reporter: [] },
  });
  const bus = new Bus();
  bus.respond<typeof params>("math.add", async ({ payload }) => add(payload));
  // Every request is timed into the histogram and recorded as a span.
  const watched = new Bus({ spans: 4_096, sampling: 1 });
  watched.respond<typeof params>("math.add", async ({ payload }) => add(payload));
  const policies = new Policies();
  const [breaker, bulkhead] = [
    policies.circuitBreaker({ timeoutMs: 0 }),
    policies.bulkhead({ limit: 100, queue: 100 }),
  ];
  // Timeout and retries are the request's own, as they are in Moleculer.
  const options = { policy: compose(breaker, bulkhead), timeoutMs: 5_000, retries: 3 };
  // The same made of policies only, which go around anything.
  const policy = compose(policies.retry(), breaker, bulkhead, policies.timeout(5_000));
  const each = (call: () => Promise<unknown>) => async (calls: number) => {
    for (let made = 0; made < calls; made++) await call();
  };
  await takeTurns(rows, "request_ns", 50_000, {
    polyphon: each(() => bus.request("math.add", params)),
    moleculer: each(() => plain.call("math.add", params)),
  });
  await takeTurns(rows, "request_full_ns", 10_000, {
    polyphon: each(() => watched.request("math.add", params, options)),
    "polyphon, four policies": each(() => watched.request("math.add", params, { policy })),
    moleculer: each(() => full.call("math.add", params)),
  });
  await Promise.all([plain.stop(), full.stop(), bus.close(), watched.close()]);
}
