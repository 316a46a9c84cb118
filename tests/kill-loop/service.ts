// The process that is killed: a team on a SQLite file, told over standard input what to do.
// usage: node service.ts FILE. Input: a line per call, `{"key": "k1"}`. Output: `ready MS`, `grant`, `ack KEY`, `done KEY`.
import { createInterface } from "node:readline";
import { Polyphon } from "../../npm/dist/node.js";

const started = performance.now();
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: service.ts FILE");

const team = await Polyphon.open(file, { onError: (error) => console.error(error) });
let granted = false;
team.agent("worker", { capabilities: ["echo"] }, async (task) => {
  if (!granted) {
    granted = true;
    say(`grant ${Math.round(performance.now() - started)}`);
  }
  // A few turns of the event loop, so that kills find attempts in the middle.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return `echo ${(task.input as { key: string }).key}`;
});
say(`ready ${Math.round(performance.now() - started)}`);

createInterface({ input: process.stdin }).on("line", (line) => {
  const { key } = JSON.parse(line) as { key: string };
  const session = team.orchestrate(
    {
      name: key,
      tasks: [
        { key: "first", needs: ["echo"] },
        { key: "last", needs: ["echo"], after: ["first"] },
      ],
      input: { key },
    },
    { idempotencyKey: key },
  );
  session.ready.then(
    () => say(`ack ${key}`),
    (error) => console.error(error),
  );
  session.result.then(
    ({ status, outputs }) =>
      say(status === "completed" && outputs["last"] === `echo ${key}` ? `done ${key}` : `bad ${key}`),
    (error) => console.error(error),
  );
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
