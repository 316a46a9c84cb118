// Invoices go through a durable queue: some fail and are tried again, one never can be sent, and the program is closed in
// the middle.
// Run: node ts-examples/queues/main.ts
// You see: every invoice is sent once, those of one customer in order, and the one that cannot be sent is a dead letter.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Polyphon, type Queue, type QueueMessage } from "polyphon/node";

interface Invoice {
  readonly customer: string;
  readonly amount: number;
}

const folder = mkdtempSync(join(tmpdir(), "polyphon-queues-"));
const journal = join(folder, "team.db");
const options = { maxAttempts: 3, retry: { initialMs: 20, jitter: 0 } };
const invoices: readonly Invoice[] = [
  { customer: "ada", amount: 10 },
  { customer: "bob", amount: 20 },
  { customer: "ada", amount: 30 },
  { customer: "nobody", amount: 40 },
];
const sent: string[] = [];
const filed: string[] = [];

{
  await using team = await Polyphon.open(journal);
  const queue = team.queue<Invoice>("invoices", options);
  const numbers = await Promise.all(
    invoices.map((invoice, index) => queue.publish(invoice, { id: `invoice-${index}`, key: invoice.customer })),
  );
  console.log(`published ${numbers.join(", ")}`);
  const again = await queue.publish(invoices[0] as Invoice, { id: "invoice-0" });
  console.log(`published again, and it is still number ${again}`);
}
console.log("closed, and opened again");
{
  await using team = await Polyphon.open(journal);
  const queue = team.queue<Invoice>("invoices", options);
  const receipts = team.queue<string>("receipts");
  await using _receipts = receipts.consume(({ value }) => void filed.push(value));
  // The receipt is published with the acknowledgement, or not at all.
  await using _consumer = queue.consume(async (message) => {
    await message.ackAndPublish([{ queue: receipts, value: send(message) }]);
  });
  await until(queue, ({ waiting, inFlight }) => waiting + inFlight === 0);
  const [letter] = await queue.deadLetters();
  if (letter === undefined) throw new Error("the invoice for nobody was sent");
  console.log(`${letter.value.customer}: ${letter.detail} after ${letter.attempts} attempts`);
  await queue.discard([letter.number]);
  await until(receipts, ({ acked }) => acked === 3);
  await queue.schedule("nightly", "30 2 * * *", { customer: "ada", amount: 1 });
  const [nightly] = await queue.schedules();
  console.log(`and every night: ${nightly?.cron}`);
}
rmSync(folder, { recursive: true });
console.log(sent.join(" · "));
if (filed.join(" ") !== sent.join(" ")) throw new Error(`these were filed: ${filed.join(", ")}`);
if (sent.join(" ") !== "ada:10 bob:20 ada:30" && sent.join(" ") !== "bob:20 ada:10 ada:30") {
  throw new Error(`these were sent: ${sent.join(", ")}`);
}

/** Sends an invoice, at the first attempt to no avail; answers the receipt. */
function send({ value: { customer, amount }, attempt }: QueueMessage<Invoice>): string {
  if (customer === "nobody") throw new Error("there is no address");
  if (attempt === 1 && amount === 10) throw new Error("no answer");
  sent.push(`${customer}:${amount}`);
  return `${customer}:${amount}`;
}

async function until<T>(
  queue: Queue<T>,
  holds: (stats: Awaited<ReturnType<typeof queue.stats>>) => boolean,
): Promise<void> {
  while (!holds(await queue.stats())) await new Promise((resolve) => setTimeout(resolve, 5));
}
