import { ConfigError, type LoadedConfig } from "../../config/index.ts";
import { PolyphonError } from "../../errors/error.ts";
import { buildReport, type Report } from "../../report/index.ts";
import type { Cli } from "../cli.ts";
import { type ControlServer, serveControl } from "../control/server.ts";
import { EXIT, type ExitCode } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { type Style, styleFor } from "../output/style.ts";
import { summary } from "../output/summary.ts";
import { warningLines } from "../output/warnings.ts";
import type { Session, Team } from "../ports.ts";
import { progressMode, progressReporter } from "../progress/reporter.ts";
import { attach, type Ended } from "./attach.ts";
import type { RunOptions } from "./options.ts";
import { writeReports } from "./report-files.ts";

/** Runs a configuration to its end, writes and prints the report. */
export async function runOnce(cli: Cli, config: LoadedConfig, options: RunOptions): Promise<ExitCode> {
  const { context, style } = cli;
  if (options.simulate === undefined) requirePrograms(config);
  context.stderr.write(warningLines(config.warnings, styleFor(context.stderr, context.env)));
  const { db, simulate, notify, log } = options;
  const opened = context.clock.wallMs();
  let say = (text: string): void => context.stderr.write(`${text}\n`);
  const team = await context.runtime.openTeam({
    db,
    purpose: "run",
    config,
    notify,
    onTrouble: (error) => say(trouble(error, style)),
    ...(simulate === undefined ? {} : { simulate }),
    ...(log === undefined ? {} : { log }),
  });
  let control: ControlServer | undefined;
  try {
    control = await openControl(cli, db, team);
    const { session, goneOn } = await beginOrGoOn(cli, team, config, options);
    const reporter = await progressReporter(progressMode(context, cli.json), context, style, goneOn ? opened : 0);
    say = (text) => reporter.note(text);
    const { ended, view } = await attach(session, team, {
      context,
      style,
      reporter,
      interactive: context.prompts.available && !cli.json,
      wait: options.wait,
      db,
    });
    const report = buildReport(view);
    const paths = await writeReports(db, report);
    if (cli.json) context.stdout.write(`${JSON.stringify(report, null, 2).toWellFormed()}\n`);
    else context.stdout.write(`\n${summary(report, style, cli.width)}report  ${paths.html}\n${farewell(ended)}`);
    return exitCode(ended, report);
  } finally {
    await control?.close();
    await team.close();
  }
}

/** What is a warning to `check` keeps a real run from starting: nothing says how those tasks run. */
function requirePrograms(config: LoadedConfig): void {
  if (config.undefinedTemplates.length === 0) return;
  throw new ConfigError(config.warnings.filter((warning) => warning.code === "CONFIG_UNDEFINED_TEMPLATE"));
}

/** What the way a run ended means for scripts. */
function exitCode(ended: Ended, report: Pick<Report, "outcome">): ExitCode {
  if (ended === "interrupted") return EXIT.interrupted;
  return report.outcome === "met" ? EXIT.met : EXIT.missed;
}

interface Begun {
  readonly session: Session;
  readonly goneOn: boolean;
}

/** Goes on with the newest unfinished session of this very configuration, unless a new one was asked for. */
async function beginOrGoOn(cli: Cli, team: Team, config: LoadedConfig, options: RunOptions): Promise<Begun> {
  if (options.fresh || options.simulate !== undefined) return { session: await team.start(config), goneOn: false };
  const unfinished = (await team.sessions()).find((one) => one.ended === null && one.configHash === config.hash);
  if (unfinished === undefined) return { session: await team.start(config), goneOn: false };
  if (!cli.json) {
    const done = `${unfinished.completed} of ${unfinished.tasks} tasks done`;
    cli.context.stdout.write(`Going on with ${unfinished.id}: ${done}. (--new starts another one.)\n`);
  }
  return { session: await team.resume(unfinished.id, config), goneOn: true };
}

/** Without a control channel the run still works; answers from other processes then have to wait. */
async function openControl(cli: Cli, db: string, team: Team): Promise<ControlServer | undefined> {
  try {
    return await serveControl(db, {
      answer: (escalation, decision) => team.answer(escalation, decision),
      act: (session, action) => team.session(session).act(action),
      vitals: async () => {
        const heard = (await team.agents()).flatMap(({ id, vitals }) =>
          vitals === null ? [] : [[id, vitals] as const],
        );
        return Object.fromEntries(heard);
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    cli.context.stderr.write(`${cli.style.warn("warning")} no control channel: ${printable(reason)}\n`);
    return undefined;
  }
}

/** Something failed beside the work: told, and not in its way. */
function trouble(error: Error, style: Style): string {
  const code = error instanceof PolyphonError ? ` ${error.code}` : "";
  return `${style.warn(`warning${code}`)}: ${printable(error.message)}`;
}

function farewell(ended: Ended): string {
  if (ended === "over") return "";
  const why = ended === "waiting" ? "Only people can go on from here" : "Interrupted";
  return `${why}. The same command goes on where it stopped.\n`;
}
