// Orders go through a durable stream: billing and parcels each get all of them, a dashboard reads them and keeps its place
// while the program is closed in the middle, and an archive that slept too long is told what it missed.
// Run: node ts-examples/streams/main.ts
// You see: every order is billed once and packed once, the dashboard shows each once, and the archive begins anew.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DurableStream, Polyphon, PolyphonError } from "polyphon/node";

const folder = mkdtempSync(join(tmpdir(), "polyphon-streams-"));
const journal = join(folder, "team.db");
const customers: readonly string[] = ["ada", "bob", "ada", "eve"];
const billed: string[] = [];
const packed: string[] = [];
const shown: string[] = [];

{
  await using team = await Polyphon.open(journal);
  const orders = team.stream<string>("orders");
  await using _billing = orders.group("billing").consume(({ value }) => void billed.push(value));
  await Promise.all(customers.map((customer) => orders.publish(customer, { key: customer })));
  // The dashboard is closed while it deals with the third order: it will see it again.
  for await (const { value } of orders.read({ cursor: "dashboard" })) {
    if (shown.length === 2) break;
    shown.push(value);
  }
  for await (const message of orders.read({ cursor: "archive" })) {
    await message.ack();
    break;
  }
  await until(() => billed.length === 4);
}
console.log("closed, and opened again");
{
  await using team = await Polyphon.open(journal);
  const orders = team.stream<string>("orders");
  // A group that joins late gets what is kept.
  await using _parcels = orders.group("parcels", { from: "start" }).consume(({ value }) => void packed.push(value));
  for await (const { value } of orders.read({ cursor: "dashboard", follow: false })) shown.push(value);
  await until(() => packed.length === 4);
  for (const { name, acked, behind } of await orders.groups()) console.log(`${name}: ${acked} done, ${behind} behind`);
  await orders.purge(4);
  await archive(orders);
}
rmSync(folder, { recursive: true });
for (const [what, orders] of Object.entries({ billed, packed, shown })) {
  console.log(`${what}: ${orders.join(" · ")}`);
  if (orders.toSorted().join() !== customers.toSorted().join()) throw new Error(`not every order was ${what} once`);
}

/** Reads on where it was; what it missed it is told, and begins anew. */
async function archive(orders: DurableStream<string>): Promise<void> {
  const read = async (): Promise<void> => {
    for await (const { number } of orders.read({ cursor: "archive", follow: false })) console.log(`archived ${number}`);
  };
  try {
    await read();
  } catch (error) {
    if (!(error instanceof PolyphonError) || error.code !== "CURSOR_EXPIRED") throw error;
    console.log(`the archive missed orders: ${error.message}`);
    await orders.seek("archive", "start");
    await read();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
