/**
 * A team on a disk that can fail: `team-writer.ts FILE`. Commands: `open`, `run N` (sessions, one after the other), `close`. Says
 * `ack N` for the N-th session whose result it was given, `trouble CODE`, and `done` or `failed CODE` after each command.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { PolyphonError } from "../../npm/src/errors/error.ts";
import { Polyphon, type Team } from "../../npm/src/node.ts";

const [file = ""] = process.argv.slice(2);
const codeOf = (error: unknown): string => (error instanceof PolyphonError ? error.code : String(error));
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
let team: Team | undefined;
let acknowledged = 0;

const commands: Record<string, (count: number) => Promise<void>> = {
  async open() {
    team = await Polyphon.open(file, { onError: (error) => say(`trouble ${codeOf(error)}`) });
    team.agent("worker", (task) => task.input);
  },
  async run(count) {
    for (let n = 0; n < count; n++) {
      const number = acknowledged + 1;
      await team?.orchestrate({ name: String(number), tasks: [{ key: "a", input: "x".repeat(2_000) }] }).result;
      acknowledged = number;
      say(`ack ${acknowledged}`);
    }
  },
  async close() {
    await team?.close();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command = "", count] = line.split(" ");
  try {
    await commands[command]?.(Number(count ?? 1));
    say("done");
  } catch (error) {
    say(`failed ${codeOf(error)}`);
  }
}
