import { InvalidArgumentError } from "commander";
import { PolyphonError } from "../../errors/error.ts";
import { count } from "../../report/format.ts";
import { buildReport } from "../../report/index.ts";
import { absolute, type Cli, print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT, type ExitCode } from "../errors/exit.ts";
import { runLong } from "../long.ts";
import { printable } from "../output/cells.ts";
import { summary } from "../output/summary.ts";
import { withReader } from "../readers.ts";

/**
 * `polyphon replay FILE --until SEQ`: the state as it was after an event. `polyphon replay REPRO`: takes a step that broke
 * the kernel again.
 */
export const replay: CommandDefinition = {
  describe: (program) =>
    program
      .command("replay")
      .description("show the state as it was after an event, or repeat a step that broke the kernel")
      .argument("<file>", "database to read, or a repro file that KERNEL_PANIC names")
      .option("--until <seq>", "sequence of the last event to fold; needed for a database", parseSeq),
  run: async (cli, [file], options) => {
    const db = absolute(cli, String(file));
    const { until } = options;
    if (until === undefined) return await again(cli, db);
    const found = await withReader(cli, db, (reader) => runLong(cli, (long) => reader.replay(until as number, long)));
    if (found === undefined) return EXIT.interrupted;
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

async function again(cli: Cli, file: string): Promise<ExitCode> {
  const found = await cli.context.runtime.repeat(file).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof PolyphonError) throw error;
    throw new PolyphonError("CLI_USAGE", { message: `${file} cannot be read (${error.code ?? error.message}).` });
  });
  if (found === undefined) {
    const message = `${file} is no repro file; for a database, --until says up to which event.`;
    throw new PolyphonError("CLI_USAGE", { message });
  }
  print(cli, { repro: file, ...found }, () => {
    const { command, seq, message, panic, events } = found;
    const now =
      panic === null
        ? `${cli.style.good("it does not break")} this version: ${count(events, "event")}`
        : `${cli.style.bad("it breaks")} this version too: ${printable(panic)}`;
    return `${command ?? "time alone"} after event ${seq}: ${printable(message)}\n${now}\n`;
  });
  return found.panic === null ? EXIT.met : EXIT.broken;
}
