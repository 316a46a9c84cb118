import type { MonitoringSettings } from "../../config/config.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { TeamEvent } from "../../sessions/session.ts";
import type { Team } from "../../team/team.ts";
import { type Entry, entryOf, isLogged } from "./entry.ts";
import { RotatingFile } from "./rotating-file.ts";

/** What a log is kept with. */
export interface RunLogOptions {
  /** Where the file is; folders that are missing are made. */
  readonly path: string;
  readonly monitoring: MonitoringSettings;
  readonly clock: Clock;
  /** Hears once of a log that cannot be written. */
  trouble(error: Error): void;
}

/**
 * The log of a run: a line of JSON for each event, each line of an agent and, at every interval, the metrics. It is for
 * reading; the journal is what counts, so a log that cannot be written keeps nothing from running.
 */
export class RunLog {
  readonly #options: RunLogOptions;
  readonly #running = new Set<number>();
  readonly #ids = new Map<number, string>();
  #file: RotatingFile | undefined;
  #completed = 0;
  #failed = 0;
  #stops: (() => void)[] = [];

  constructor(options: RunLogOptions) {
    this.#options = options;
    const { path, clock, monitoring } = options;
    const kept = { rotationBytes: monitoring.logRotationBytes, retentionMs: monitoring.logRetentionMs };
    this.#try(() => {
      this.#file = new RotatingFile(path, { ...kept, now: () => clock.wallMs() });
    });
  }

  /** Writes down what happens in a team from now on. */
  follow(team: Team): void {
    const events = team.events$.subscribe({ next: (event) => this.#happened(event, team) });
    const logs = team.logs$.subscribe({
      next: ({ timeMs, level, text, session, task, agent, attempt }) =>
        this.#write(
          { level, source: "agent", event: "log", session, task, agent, message: text, details: { attempt } },
          timeMs,
        ),
    });
    this.#stops.push(
      () => events.unsubscribe(),
      () => logs.unsubscribe(),
    );
    this.#measure(team);
  }

  /** Something went wrong beside the work. */
  troubled(error: Error): void {
    const details = error instanceof PolyphonError ? { details: { code: error.code } } : {};
    this.#write({ level: "error", source: "system", event: "trouble", message: error.message, ...details });
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#try(() => this.#file?.close());
    this.#file = undefined;
  }

  #happened(event: TeamEvent, team: Team): void {
    const { seq, timeMs, type, data } = event;
    if (type === "TaskGranted") this.#running.add(seq);
    if (type === "TaskCompleted" || type === "TaskAttemptFailed") {
      this.#running.delete(data.fence as number);
      if (type === "TaskCompleted") this.#completed++;
      else this.#failed++;
    }
    const handle = type === "SessionOpened" ? seq : (data.session as number | null | undefined);
    this.#write(entryOf(event, handle === null || handle === undefined ? undefined : this.#idOf(handle, team)), timeMs);
    if (type === "SessionEnded") this.#ids.delete(handle as number);
  }

  #idOf(handle: number, team: Team): string | undefined {
    const known = this.#ids.get(handle) ?? team.sessionId(handle);
    if (known !== undefined) this.#ids.set(handle, known);
    return known;
  }

  /** A line of metrics at every interval. A program that has nothing else to do does not stay for it. */
  #measure(team: Team): void {
    const { clock, monitoring } = this.#options;
    let cancel = (): void => undefined;
    const arm = (): void => {
      cancel = clock.after(monitoring.metricsIntervalMs, () => void sample(), { background: true });
    };
    const sample = async (): Promise<void> => {
      const agents = await team.agents();
      if (this.#file === undefined) return;
      const sum = (of: "memoryBytes" | "cpuCores"): number =>
        agents.reduce((total, { vitals }) => total + (vitals?.[of] ?? 0), 0);
      const details = {
        running: this.#running.size,
        completed: this.#completed,
        failedTries: this.#failed,
        agents: agents.filter(({ status }) => status === "idle" || status === "busy").length,
        agentsAtWork: agents.filter(({ load }) => load > 0).length,
        memoryBytes: sum("memoryBytes"),
        cpuCores: sum("cpuCores"),
        ownMemoryBytes: process.memoryUsage.rss(),
      };
      this.#write({ level: "info", source: "system", event: "metrics", details });
      arm();
    };
    arm();
    this.#stops.push(() => cancel());
  }

  #write(entry: Entry, timeMs: number = this.#options.clock.wallMs()): void {
    if (!isLogged(entry.level, this.#options.monitoring.logLevel)) return;
    this.#try(() => this.#file?.write(JSON.stringify({ timestamp: new Date(timeMs).toISOString(), ...entry })));
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (cause) {
      this.#file = undefined;
      const message = `the log ${this.#options.path} cannot be written; the run goes on without it. ${(cause as Error).message}`;
      this.#options.trouble(new PolyphonError("CLI_LOG_WRITE", { message, cause }));
    }
  }
}
