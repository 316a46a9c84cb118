import { buildReport } from "../../report/index.ts";
import { print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { findSession } from "../ids.ts";
import { summary } from "../output/summary.ts";
import { withReader } from "../readers.ts";

/** `polyphon show ID`: one session as it stands now. */
export const show: CommandDefinition = {
  describe: (program) =>
    program
      .command("show")
      .description("show a session")
      .argument("<id>", "id of the session, its beginning, or `last`"),
  run: async (cli, [id]) => {
    const view = await withReader(cli, cli.db, async (reader) => {
      const session = await findSession(reader, String(id));
      return await reader.session(session.id).view();
    });
    print(cli, view, () => summary(buildReport(view), cli.style, cli.width));
    return EXIT.met;
  },
};
