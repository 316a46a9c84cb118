import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type LoadedConfig, type LoadOptions, loadConfig, parseConfig } from "../../config/index.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { EscalationView, SessionView } from "../../sessions/view.ts";
import type {
  AgentView,
  Check,
  Decision,
  LongOptions,
  OpenTeamOptions,
  Owner,
  Repeated,
  Replayed,
  Runtime,
  Session,
  SessionAction,
  SessionSummary,
  Team,
  TeamReader,
  Verification,
} from "../ports.ts";

/** A team whose sessions are whatever a test says. */
export class FakeRuntime implements Runtime {
  readonly views: Map<string, SessionView> = new Map();
  readonly agents: AgentView[] = [];
  readonly opened: OpenTeamOptions[] = [];
  readonly calls: string[] = [];
  now = 0;
  /** Ends the session under watch as a store that is gone would. */
  breakDown: (reason: unknown) => void = () => undefined;
  config: LoadedConfig | (() => LoadedConfig) = fakeConfig();
  loads: { files: readonly string[]; options: LoadOptions }[] = [];
  /** Read files for real instead. */
  realConfig = false;
  checks: readonly Check[] = [];
  verification: Verification = {
    ok: true,
    frames: 3,
    events: 42,
    firstSeq: 1,
    lastSeq: 42,
    snapshotSeq: 0,
    stateHash: "ab",
    problems: [],
  };
  /** Thrown by `openTeam`, first one first. */
  readonly refusals: PolyphonError[] = [];
  owner: Owner | undefined;
  /** The session a start makes. */
  fresh: SessionView | undefined;
  onAnswer: (id: string, decision: Decision) => void = () => undefined;
  drained: Promise<void> = Promise.resolve();
  /** Repro files by path. */
  readonly repros: Map<string, Repeated> = new Map();
  readonly #listeners = new Set<() => void>();

  /** Makes a view the current one and tells whoever watches. */
  set(view: SessionView): void {
    this.views.set(view.id, view);
    for (const listener of [...this.#listeners]) listener();
  }

  get watchers(): number {
    return this.#listeners.size;
  }

  async loadConfig(files: readonly string[], options: LoadOptions): Promise<LoadedConfig> {
    this.loads.push({ files, options });
    if (this.realConfig) return await loadConfig(files, options);
    return typeof this.config === "function" ? this.config() : this.config;
  }

  async openTeam(options: OpenTeamOptions): Promise<Team> {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    mkdirSync(dirname(options.db), { recursive: true });
    this.opened.push(options);
    const session = (id: string): Session => this.#session(id);
    return {
      ...this.#reads(),
      session,
      start: async (config) => {
        this.calls.push("start");
        if (this.fresh === undefined) throw new PolyphonError("PLAN_INVALID", { message: `no plan in ${config.name}` });
        this.views.set(this.fresh.id, this.fresh);
        return session(this.fresh.id);
      },
      resume: async (id) => {
        this.calls.push(`resume ${id}`);
        return session(id);
      },
      answer: async (id, decision) => this.#answer(id, decision),
      drain: async () => {
        this.calls.push("drain");
        await this.drained;
      },
      close: async () => {
        this.calls.push("close");
      },
    };
  }

  verify: (options?: LongOptions) => Promise<Verification> = async () => this.verification;
  replay: (until: number, options?: LongOptions) => Promise<Replayed> = async (until) => {
    return { seq: until, stateHash: "cd", sessions: [...this.views.values()] };
  };

  async openReader(): Promise<TeamReader> {
    return {
      ...this.#reads(),
      session: (id) => this.#session(id),
      owner: async () => this.owner,
      verify: (options) => this.verify(options),
      replay: (until, options) => this.replay(until, options),
      close: async () => {
        this.calls.push("close reader");
      },
    };
  }

  async repeat(file: string): Promise<Repeated | undefined> {
    return this.repros.get(file);
  }

  async examine(): Promise<readonly Check[]> {
    return this.checks;
  }

  #session(id: string): Session {
    return {
      id,
      view: async () => {
        const view = this.views.get(id);
        if (view === undefined) throw new PolyphonError("SESSION_UNKNOWN", { message: `no session ${id}` });
        return view;
      },
      onChange: (changed, failed) => {
        this.#listeners.add(changed);
        this.breakDown = (reason) => failed(reason);
        return () => this.#listeners.delete(changed);
      },
      now: () => this.now,
      act: async (action: SessionAction) => {
        this.calls.push(`${action} ${id}`);
      },
    };
  }

  #answer(id: string, decision: Decision): void {
    const item = this.#escalations().find((candidate) => candidate.id === id);
    if (item === undefined) throw new PolyphonError("SESSION_UNKNOWN", { message: `no escalation ${id}` });
    if (item.resolved !== null) throw new PolyphonError("SESSION_ENDED", { message: `${id} was answered already` });
    this.calls.push(`${decision} ${id}`);
    this.onAnswer(id, decision);
  }

  #escalations(): readonly (EscalationView & { readonly session: string })[] {
    return [...this.views.values()].flatMap((view) => view.escalations.map((item) => ({ ...item, session: view.id })));
  }

  #reads(): Pick<Team, "sessions" | "agents" | "escalations"> {
    return {
      sessions: async () => [...this.views.values()].map(summaryOf),
      agents: async () => this.agents,
      escalations: async () => this.#escalations(),
    };
  }
}

/** The configuration a text describes; by default one of a single task. */
export function fakeConfig(text: string = MINIMAL): LoadedConfig {
  return parseConfig([{ file: "suite.yaml", text }], { cwd: "/w" });
}

const MINIMAL = `orchestrator:
  name: suite
  task_definitions:
    unit_tests:
      - {id: A2, name: Calculator, template: t}
templates:
  t: {argv: ["true"]}
`;

function summaryOf(view: SessionView): SessionSummary {
  return {
    id: view.id,
    name: view.name,
    status: view.status,
    started: view.started,
    ended: view.ended,
    percentage: view.percentage,
    tasks: view.tasks.length,
    completed: view.tasks.filter((task) => task.status === "completed").length,
    configHash: view.configHash,
  };
}
