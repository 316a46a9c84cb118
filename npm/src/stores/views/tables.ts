/** A session as lists show it; `view` is the whole read model as JSON. */
export interface SessionRow {
  /** TypeID, `session_…`. */
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly endedMs: number | null;
  /** 0 to 100. */
  readonly percentage: number;
  readonly configHash: string;
  readonly view: string;
}

export interface TaskRow {
  readonly session: string;
  /** The user's key, unique in the session. */
  readonly key: string;
  /** TypeID, `task_…`. */
  readonly taskId: string;
  readonly status: string;
  readonly agent: string | null;
  readonly attempts: number;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly view: string;
}

export interface AttemptRow {
  readonly session: string;
  readonly task: string;
  readonly number: number;
  readonly fence: number;
  readonly agent: string;
  readonly outcome: string;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly view: string;
}

export interface EscalationRow {
  /** TypeID, `escalation_…`. */
  readonly id: string;
  readonly session: string;
  readonly task: string;
  readonly severity: string;
  readonly raisedMs: number;
  readonly resolvedMs: number | null;
  readonly decision: string | null;
  readonly view: string;
}

export interface EventRow {
  readonly seq: number;
  /** Session it belongs to, if any. */
  readonly session: string | null;
  readonly kind: string;
  /** Kernel time, milliseconds since the epoch. */
  readonly atMs: number;
  readonly view: string;
}

export interface ViewTables {
  readonly sessions: SessionRow;
  readonly tasks: TaskRow;
  readonly attempts: AttemptRow;
  readonly escalations: EscalationRow;
  readonly events: EventRow;
}

export type ViewTable = keyof ViewTables;

/** How a table lies in the database: its columns in order, and those that identify a row. */
export interface TableShape<R> {
  readonly columns: readonly (keyof R & string)[];
  readonly key: readonly (keyof R & string)[];
  /** What comes first in an answer. */
  readonly order: string;
}

export const SHAPES: { readonly [T in ViewTable]: TableShape<ViewTables[T]> } = {
  sessions: {
    columns: ["id", "name", "status", "startedMs", "endedMs", "percentage", "configHash", "view"],
    key: ["id"],
    order: "startedMs DESC, id DESC",
  },
  tasks: {
    columns: ["session", "key", "taskId", "status", "agent", "attempts", "startedMs", "endedMs", "view"],
    key: ["session", "key"],
    order: "session, rowid",
  },
  attempts: {
    columns: ["session", "task", "number", "fence", "agent", "outcome", "startedMs", "endedMs", "view"],
    key: ["session", "task", "number"],
    order: "session, fence",
  },
  escalations: {
    columns: ["id", "session", "task", "severity", "raisedMs", "resolvedMs", "decision", "view"],
    key: ["id"],
    order: "raisedMs, id",
  },
  events: { columns: ["seq", "session", "kind", "atMs", "view"], key: ["seq"], order: "seq" },
};

/** The application id of the file: "PLYV". */
export const VIEWS_APPLICATION_ID = 0x504c5956;

/** The shape of the tables below. Any other is rebuilt, so there is nothing to migrate; raise it with every change. */
export const VIEWS_FORMAT = 1;

export const VIEWS_SCHEMA = `
  CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), journal_id TEXT NOT NULL, watermark INTEGER NOT NULL) STRICT;
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, startedMs INTEGER NOT NULL, endedMs INTEGER,
    percentage REAL NOT NULL, configHash TEXT NOT NULL, view TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_start ON sessions (startedMs);
  CREATE TABLE tasks (
    session TEXT NOT NULL, key TEXT NOT NULL, taskId TEXT NOT NULL, status TEXT NOT NULL, agent TEXT,
    attempts INTEGER NOT NULL, startedMs INTEGER, endedMs INTEGER, view TEXT NOT NULL, PRIMARY KEY (session, key)
  ) STRICT;
  CREATE TABLE attempts (
    session TEXT NOT NULL, task TEXT NOT NULL, number INTEGER NOT NULL, fence INTEGER NOT NULL, agent TEXT NOT NULL,
    outcome TEXT NOT NULL, startedMs INTEGER NOT NULL, endedMs INTEGER, view TEXT NOT NULL,
    PRIMARY KEY (session, task, number)
  ) STRICT;
  CREATE TABLE escalations (
    id TEXT PRIMARY KEY, session TEXT NOT NULL, task TEXT NOT NULL, severity TEXT NOT NULL, raisedMs INTEGER NOT NULL,
    resolvedMs INTEGER, decision TEXT, view TEXT NOT NULL
  ) STRICT;
  CREATE INDEX escalations_by_session ON escalations (session);
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, session TEXT, kind TEXT NOT NULL, atMs INTEGER NOT NULL, view TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_session ON events (session, seq);`;
