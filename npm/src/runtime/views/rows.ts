import { toHex } from "../../hex.ts";
import { percentageOf, projectSession } from "../../sessions/project.ts";
import type { AttemptRow, EventRow, SessionRow, TaskRow } from "../../stores/views/views.ts";
import { describeEvent } from "../../team/team-event.ts";
import type { Event } from "../../wasm/codec.generated.ts";
import type { EntityKind } from "../../wasm/kernel.ts";
import type { SessionEntry, TaskEntry } from "../mirror/entries.ts";
import type { Mirror } from "../mirror/mirror.ts";

/** Gathers what events changed, and turns it into rows of the views. */
export class RowGatherer {
  readonly #mirror: Mirror;
  readonly #id: (kind: EntityKind, handle: number, createdMs: number) => string;
  readonly #sessions = new Set<SessionEntry>();
  readonly #tasks = new Set<TaskEntry>();
  #events: EventRow[] = [];

  constructor(mirror: Mirror, id: (kind: EntityKind, handle: number, createdMs: number) => string) {
    this.#mirror = mirror;
    this.#id = id;
  }

  /** A session that was there already, with its tasks. */
  include(session: SessionEntry): void {
    this.#sessions.add(session);
    for (const task of session.tasks) this.#tasks.add(task);
  }

  /** `keep` says whether the event itself becomes a row. */
  folded(seq: number, timeMs: number, event: Event, session: SessionEntry | undefined, keep: boolean): void {
    if (session !== undefined) this.#sessions.add(session);
    const handle = event.type === "TaskAdded" ? seq : (event as { readonly task?: number }).task;
    const task = handle === undefined ? undefined : this.#mirror.tasks.get(handle);
    if (task !== undefined) this.#tasks.add(task);
    if (!keep) return;
    const { data, ...about } = describeEvent(seq, timeMs, event, this.#mirror);
    this.#events.push({
      seq,
      session: session === undefined ? null : this.#sessionId(session),
      kind: about.type,
      atMs: timeMs,
      view: JSON.stringify({ task: about.task, agent: about.agent, data }, bytesAsHex),
    });
  }

  /** Every row that changed since the last call. */
  async take(): Promise<{
    readonly sessions: readonly SessionRow[];
    readonly tasks: readonly TaskRow[];
    readonly attempts: readonly AttemptRow[];
    readonly events: readonly EventRow[];
  }> {
    const sessions = await Promise.all([...this.#sessions].map((session) => this.#sessionRow(session)));
    const tasks = [...this.#tasks].map((task) => this.#taskRow(task));
    const attempts = [...this.#tasks].flatMap((task) => this.#attemptRows(task));
    const events = this.#events;
    this.#sessions.clear();
    this.#tasks.clear();
    this.#events = [];
    return { sessions, tasks, attempts, events };
  }

  async #sessionRow(session: SessionEntry): Promise<SessionRow> {
    const ended = session.endedMs !== null;
    const parts = {
      mirror: this.#mirror,
      teamAlerts: this.#mirror.alerts.ofTeam(),
      agentName: (agent: number) => this.#mirror.agents.get(agent)?.spec.key,
      id: this.#id,
      decode: async () => null,
    };
    // The whole view is made once, when nothing of it changes any more.
    const view = ended ? JSON.stringify(await projectSession(session, parts)) : "{}";
    return {
      id: this.#sessionId(session),
      name: session.name,
      status: session.status,
      startedMs: session.openedMs,
      endedMs: session.endedMs,
      percentage: percentageOf(session),
      configHash: session.configHash === null ? "" : toHex(session.configHash),
      view,
    };
  }

  #taskRow(task: TaskEntry): TaskRow {
    const last = task.attempts.at(-1);
    return {
      session: this.#sessionId(task.session),
      key: task.key,
      taskId: this.#id("task", task.handle, task.session.openedMs),
      status: task.status,
      agent: last === undefined ? null : this.#agent(last.agent),
      attempts: last?.number ?? 0,
      startedMs: task.startedMs,
      endedMs: task.endedMs,
      view: JSON.stringify({ reason: task.reason, verdicts: task.verdicts, metrics: task.metrics, usage: task.usage }),
    };
  }

  #attemptRows(task: TaskEntry): readonly AttemptRow[] {
    return task.attempts.map(({ number, fence, agent, outcome, startedMs, endedMs, error, recovery }) => ({
      session: this.#sessionId(task.session),
      task: task.key,
      number,
      fence,
      agent: this.#agent(agent),
      outcome,
      startedMs,
      endedMs,
      view: JSON.stringify({
        error: error === null ? null : { type: error.errorType, message: error.message },
        recovery,
      }),
    }));
  }

  #sessionId(session: SessionEntry): string {
    return this.#id("session", session.handle, session.openedMs);
  }

  #agent(handle: number): string {
    return this.#mirror.agents.get(handle)?.spec.key ?? `agent#${handle}`;
  }
}

function bytesAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toHex(value) : value;
}
