// What:  a client that lost the answer repeats its request; the same key answers the same session, nothing runs twice.
// Run:   npm run example same-request-twice
// See:   one session for both requests, one run of the task, and the refusal when the same key comes with another plan.
import { Polyphon, PolyphonError } from "polyphon/node";

await using team = await Polyphon.open();
let runs = 0;
team.agent("cashier", () => (runs += 1));

const order = { tasks: [{ key: "charge", input: { customer: 7, cents: 1_250 } }] };
const first = team.orchestrate(order, { idempotencyKey: "order-2041" });
const again = team.orchestrate(order, { idempotencyKey: "order-2041" });
const ids = await Promise.all([first.ready, again.ready]);
await Promise.all([first.result, again.result]);
console.log(ids[0] === ids[1] ? `one session, ${runs} run` : "two sessions");

const other = { tasks: [{ key: "charge", input: { customer: 8, cents: 1 } }] };
const refused = await team.orchestrate(other, { idempotencyKey: "order-2041" }).ready.catch((error: unknown) => error);
const code = refused instanceof PolyphonError ? refused.code : "none";
console.log(`another plan under the same key: ${code}`);
process.exitCode = ids[0] === ids[1] && runs === 1 && code !== "none" ? 0 : 1;
