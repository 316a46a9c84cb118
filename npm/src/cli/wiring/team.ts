import { createHash } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileArtifactKeeper } from "../../hosts/artifacts/file-keeper.ts";
import { processHost } from "../../hosts/process/host.ts";
import { Polyphon } from "../../node.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import type { OpenOptions } from "../../team/options.ts";
import type { Team as RealTeam } from "../../team/team.ts";
import { RunLog } from "../log/run-log.ts";
import type { OpenTeamOptions, Team } from "../ports.ts";
import { addCrew, settingsOf } from "./crew.ts";
import { facade } from "./facade.ts";
import { openSimulated } from "./simulation/open.ts";
import { escalationPost, postEscalation } from "./webhook.ts";

/** Opens the real team behind the port. */
export async function openTeam(options: OpenTeamOptions): Promise<Team> {
  const { config, simulate } = options;
  if (simulate !== undefined && config !== undefined) return await openSimulated(options.db, config, simulate);
  const clock = systemClock();
  const opened = Promise.withResolvers<RealTeam>();
  let log: RunLog | undefined;
  const team = await Polyphon.open(options.db, {
    clock,
    onError: (error) => {
      log?.troubled(error);
      options.onTrouble?.(error);
    },
    ...(config === undefined ? {} : settingsOf(config)),
    ...notifying(options, opened.promise, clock),
  });
  opened.resolve(team);
  log = logOf(options, clock);
  const close = async (): Promise<void> => {
    await team.close();
    log?.close();
  };
  try {
    log?.follow(team);
    if (options.purpose === "run" && config !== undefined) {
      const host = processHost({ clock, teamId: await teamId(options.db), artifacts: keeper(options.db) });
      // Nothing of this process runs yet, so whatever runs for this team was left by one that died.
      await host.reapOrphans(() => true);
      await addCrew(team, config, host, clock);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return facade(team, () => clock.wallMs(), close);
}

/** The log of a run, as its configuration says. */
function logOf({ db, purpose, config, log, onTrouble }: OpenTeamOptions, clock: Clock): RunLog | undefined {
  if (purpose !== "run" || config === undefined || log === false) return undefined;
  const path = log ?? join(dirname(db), "logs", `${basename(db, extname(db))}.log`);
  return new RunLog({ path, monitoring: config.monitoring, clock, trouble: (error) => onTrouble?.(error) });
}

/** How a human is told, where that was asked for and the configuration says where. */
function notifying(
  { config, notify, onTrouble }: OpenTeamOptions,
  opened: Promise<RealTeam>,
  clock: Clock,
): Pick<OpenOptions, "notify"> {
  const url = config?.webhook;
  if (notify !== true || url === null || url === undefined) return {};
  return {
    notify: async (item) => {
      // Escalations of an earlier run may be told of before the team is open.
      const team = await opened;
      const views = await Promise.all(team.sessions().map((session) => session.view()));
      const session = views.find((view) => view.escalations.some((other) => other.id === item.id));
      try {
        await postEscalation(url, escalationPost(item, session), clock);
      } catch (error) {
        onTrouble?.(error as Error);
        throw error;
      }
    },
  };
}

/** Tells the processes of this database from those of others, on every run alike. */
async function teamId(db: string): Promise<string> {
  await mkdir(dirname(db), { recursive: true });
  const path = join(await realpath(dirname(db)), basename(db));
  return createHash("sha256").update(path).digest("hex").slice(0, 32);
}

function keeper(db: string): ReturnType<typeof fileArtifactKeeper> {
  return fileArtifactKeeper(join(dirname(db), "artifacts"));
}
