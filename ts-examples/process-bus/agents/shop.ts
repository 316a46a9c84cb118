// Answers what things cost until it is told to close. Lines come on standard input, the document of its task first.
import { createInterface } from "node:readline";

const PRICES: Record<string, number> = { tea: 4, milk: 2 };
const say = (line: object): void => console.log(JSON.stringify(line));
let asked = 0;

say({ type: "subscribe", id: "questions", pattern: "prices.ask", respond: true });
say({ type: "subscribe", id: "end", pattern: "prices.close" });
let open = 0;
for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text);
  if (line.type === "subscribed" && ++open === 2) say({ type: "publish", subject: "prices.open" });
  if (line.type !== "message") continue;
  if (line.subscription === "end") break;
  asked += 1;
  const price = PRICES[line.payload];
  say(
    price === undefined
      ? { type: "reply", to: line.reply, error: "not sold here" }
      : { type: "reply", to: line.reply, payload: price },
  );
}
say({ type: "result", output: { asked } });
process.exit(0);
