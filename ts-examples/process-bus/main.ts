// What:  programs in Python, Node and the shell that talk over the team's bus, in JSON lines on their standard input and output.
// Run:   npm run example process-bus
// See:   what each of them published; the answers came from the program in Node.
import { spawnSync } from "node:child_process";
import { Polyphon, type Program, processHost, systemClock } from "polyphon/node";

const program = (...argv: [string, ...string[]]): Program => ({ argv, cwd: import.meta.dirname, bus: true });
const hasPython = spawnSync("python3", ["--version"]).status === 0;

await using team = await Polyphon.open();
team.host("program", { maxLoad: 3 }, processHost({ clock: systemClock(), teamId: "process-bus" }));
const heard: string[] = [];
team.bus.subscribe<string>("news.*", ({ subject, payload }) => {
  heard.push(`${subject}: ${payload}`);
  console.log(heard.at(-1));
});

// The program in Node says when it can be asked.
const answering = Promise.withResolvers<void>();
team.bus.subscribe("prices.open", () => answering.resolve());
const shop = team.orchestrate({ tasks: [{ key: "shop", program: program(process.execPath, "agents/shop.ts") }] });
await answering.promise;

const askers = [{ key: "shell", program: program("sh", "agents/ask.sh") }];
if (hasPython) askers.push({ key: "python", program: program("python3", "agents/ask.py") });
const { status } = await team.orchestrate({ tasks: askers }).result;

team.bus.publish("prices.close");
console.log(status, (await shop.result).outputs);
process.exitCode = status === "completed" && heard.length === askers.length ? 0 : 1;
