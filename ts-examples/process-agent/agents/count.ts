// The same agent for Node, where there is no Python: counts the words of a text.
// It finds its task as JSON on standard input (`input` is what the plan says) and answers in JSON lines on standard output.
import { json } from "node:stream/consumers";

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const { input } = (await json(process.stdin)) as { readonly input: { readonly text: string } };
const words = input.text.toLowerCase().split(/\s+/);
const counts = new Map<string, number>();
for (const [at, word] of words.entries()) {
  counts.set(word, (counts.get(word) ?? 0) + 1);
  say({ type: "progress", percentage: Math.floor((100 * (at + 1)) / words.length), message: word });
}
say({ type: "metric", name: "distinct_words", value: counts.size });
say({ type: "result", output: Object.fromEntries(counts) });
