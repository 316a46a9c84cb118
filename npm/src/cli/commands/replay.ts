import { InvalidArgumentError } from "commander";
import { buildReport } from "../../report/index.ts";
import { absolute, print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { summary } from "../output/summary.ts";
import { withReader } from "../readers.ts";

/** `polyphon replay FILE --until SEQ`: the state as it was after an event. */
export const replay: CommandDefinition = {
  describe: (program) =>
    program
      .command("replay")
      .description("show the state as it was after an event")
      .argument("<database>", "database to read")
      .requiredOption("--until <seq>", "sequence of the last event to fold", parseSeq),
  run: async (cli, [file], options) => {
    const db = absolute(cli, String(file));
    const found = await withReader(cli, db, (reader) => reader.replay(options.until as number));
    print(cli, { database: db, ...found }, () => {
      const parts = found.sessions.map((view) => summary(buildReport(view), cli.style, cli.width));
      const state = found.stateHash ?? "inside a commit, which has no hash";
      return [`After event ${found.seq}: state ${state}\n`, ...parts].join("\n");
    });
    return EXIT.met;
  },
};

function parseSeq(value: string): number {
  const seq = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(seq))
    throw new InvalidArgumentError("It is a whole number from 0.");
  return seq;
}
