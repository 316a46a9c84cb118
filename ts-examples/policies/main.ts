// What:  a service that is slow, fails and is down for a while, called through policies; one breaker in opossum's clothes.
// Run:   npm run example policies
// See:   the retries, the breaker opening and closing again, the fallback, the second copy that answers first.
import { setTimeout as sleep } from "node:timers/promises";
import { opossum } from "polyphon/compat";
import { Polyphon } from "polyphon/node";
import { around, compose, Policies } from "polyphon/policies";

const policies = new Policies();

// A service that is down from the third call to the seventh, and heeds its signal.
let calls = 0;
async function price(item: string, signal: AbortSignal): Promise<number> {
  calls += 1;
  await sleep(10, undefined, { signal });
  if (calls > 2 && calls < 8) throw new Error("503 Service Unavailable");
  return item.length * 100;
}

// The outermost first: each attempt of the retry asks the breaker, and has 100 ms.
const breaker = policies.circuitBreaker({ failures: 5, resetMs: 200 });
const retry = policies.retry({ maxAttempts: 3, initialDelayMs: 20, maxDelayMs: 100 });
const fallback = policies.fallback(() => "unknown");
const ask = around(compose(fallback, retry, breaker, policies.timeout(100)), (call, item: string) =>
  price(item, call.signal),
);

const watching = breaker.state$.subscribe((state) => console.log(`          breaker: ${state}`));
retry.events$.subscribe((event) => {
  if (event.type === "retrying") console.log(`          attempt ${event.attempt} failed, again in ${event.delayMs} ms`);
});
for (const item of ["tea", "milk", "bread", "cheese", "wine"]) console.log(`${item}: ${await ask(item)}`);
await sleep(220);
for (const item of ["salt", "rice"]) console.log(`${item}: ${await ask(item)}`);
watching.unsubscribe();
const { opened, refused } = breaker.statistics;
console.log(`the service was called ${calls} times; the breaker opened ${opened} times and refused ${refused} calls`);

// A replica that hangs: the copy that is sent after 30 ms answers, the first is aborted.
const hedge = policies.hedge({ delayMs: 30 });
const answer = await hedge.run(async ({ attempt, signal }) => {
  await sleep(attempt === 1 ? 60_000 : 5, undefined, { signal });
  return `copy ${attempt}`;
});
console.log(`answered by ${answer}`);

// Two at a time, five at once and then fifty a second: both wait in line instead of failing.
const gently = compose(
  policies.rateLimit({ permits: 50, burst: 5, queue: 100 }),
  policies.bulkhead({ limit: 2, queue: 100 }),
);
const since = performance.now();
await Promise.all(Array.from({ length: 15 }, () => gently.run(({ signal }) => sleep(2, undefined, { signal }))));
console.log(`15 calls took ${performance.now() - since >= 190 ? "at least" : "less than"} 0.19 s`);

// Around an agent: what its open breaker refuses goes to another agent, and uses up no retry.
await using team = await Polyphon.open();
const service = policies.circuitBreaker({ failures: 2, timeoutMs: 0 });
team.agent("cloud", { capabilities: ["translate"], policies: [service], priority: 1 }, () => {
  throw Object.assign(new Error("503 Service Unavailable"), { errorType: "network_error" });
});
team.agent("local", { capabilities: ["translate"] }, (task) => `${task.key}, translated here`);
const tasks = ["one", "two", "three", "four"].map((key) => ({ key, needs: ["translate"] }));
const session = team.orchestrate({ tasks, recovery: { retryDelayMs: 10 } });
await session.result;
for (const { id, history } of (await session.view()).tasks) {
  console.log(`${id}: ${history.map(({ agent, outcome }) => `${agent} ${outcome}`).join(", ")}`);
}
const [cloud] = await team.agents();
console.log(`${cloud?.name} is ${cloud?.health}`);

// Code written against opossum keeps its breaker.
const CircuitBreaker = opossum();
const old = new CircuitBreaker(async () => Promise.reject(new Error("down")), { errorThresholdPercentage: 50 });
old.on("open", () => console.log("opossum's breaker: open")).fallback(() => "from the fallback");
console.log(await old.fire());
old.shutdown();
