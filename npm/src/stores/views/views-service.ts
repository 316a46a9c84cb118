import type { SQLInputValue } from "node:sqlite";
import { closed } from "../rules.ts";
import type { Database } from "../sqlite/database.ts";
import { SHAPES, type ViewTable, type ViewTables } from "./tables.ts";
import { create, openForReading, openForWriting, readViewsMeta, type ViewsOf } from "./views-database.ts";

/** Rows to write, by table; each replaces the one with the same key. */
export type ViewRows = { readonly [T in ViewTable]?: readonly ViewTables[T][] };

/** What an answer is about: equal values, and how many rows from where. */
export interface ViewQuery<R> {
  /** Rows whose columns have these values; `null` means "not set". */
  readonly where?: { readonly [C in keyof R]?: R[C] };
  /** Events: only those at or above this sequence. */
  readonly fromSeq?: number;
  /** Default 1,000. */
  readonly limit?: number;
  readonly offset?: number;
}

/** An answer, and the sequence it is true for. */
export interface ViewAnswer<R> {
  readonly asOfSeq: number;
  readonly rows: readonly R[];
}

export interface ViewsConfig {
  readonly name: string;
  readonly file: string;
  /** The journal they belong to; absent: somebody else's, to be read. */
  readonly of?: ViewsOf;
  /** Events that are kept, the newest. */
  readonly eventsMax: number;
}

const LIMIT_DEFAULT = 1_000;

/** The thread that holds the views. */
export class ViewsService {
  readonly config: ViewsConfig;
  #db: Database | undefined;

  constructor(config: ViewsConfig) {
    this.config = config;
  }

  /** Answers the watermark: everything up to it is in the views. */
  open(): number {
    const { file, name, of } = this.config;
    this.#db = of === undefined ? openForReading(file, name) : openForWriting(file, name, of);
    return this.watermark();
  }

  watermark(): number {
    return readViewsMeta(this.#open())?.watermark ?? 0;
  }

  apply(watermark: number, rows: ViewRows, gone: readonly string[]): boolean {
    const db = this.#open();
    return db.transaction(() => {
      // What was applied already, and maybe went further since, must not come back.
      if (watermark <= this.watermark()) return false;
      for (const table of Object.keys(SHAPES) as ViewTable[]) upsert(db, table, rows[table] ?? []);
      for (const session of gone) forget(db, session);
      if ((rows.events?.length ?? 0) > 0) this.#trimEvents(db);
      db.run("UPDATE meta SET watermark = ?", watermark);
      return true;
    });
  }

  query(table: ViewTable, query: ViewQuery<Record<string, SQLInputValue>>): ViewAnswer<unknown> {
    const db = this.#open();
    const { columns, order } = SHAPES[table];
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    for (const [column, value] of Object.entries(query.where ?? {})) {
      if (value === undefined || !(columns as readonly string[]).includes(column)) continue;
      conditions.push(`${column} IS ?`);
      values.push(value);
    }
    if (query.fromSeq !== undefined && table === "events") {
      conditions.push("seq >= ?");
      values.push(query.fromSeq);
    }
    const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    const sql = `SELECT ${columns.join(", ")} FROM ${table}${where} ORDER BY ${order} LIMIT ? OFFSET ?`;
    const rows = db.all(sql, ...values, query.limit ?? LIMIT_DEFAULT, query.offset ?? 0);
    return { asOfSeq: this.watermark(), rows };
  }

  /** Empties the views, so that they are fed again from the beginning. */
  reset(): void {
    const { file, of } = this.config;
    this.#db?.close();
    this.#db = of && create(file, of.journalId);
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #trimEvents(db: Database): void {
    const newest = db.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM events")?.seq ?? 0;
    db.run("DELETE FROM events WHERE seq <= ?", newest - this.config.eventsMax);
  }

  #open(): Database {
    if (this.#db === undefined) throw closed(this.config.name);
    return this.#db;
  }
}

function upsert<T extends ViewTable>(db: Database, table: T, rows: readonly ViewTables[ViewTable][]): void {
  if (rows.length === 0) return;
  const { columns, key } = SHAPES[table] as { columns: readonly string[]; key: readonly string[] };
  const others = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  const places = columns.map(() => "?").join(", ");
  const conflict = `ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${others.join(", ")}`;
  const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places}) ${conflict}`;
  for (const row of rows as unknown as Record<string, SQLInputValue>[]) {
    db.run(sql, ...columns.map((column) => row[column] ?? null));
  }
}

/** Takes a session out of every table. */
function forget(db: Database, session: string): void {
  db.run("DELETE FROM sessions WHERE id = ?", session);
  for (const table of ["tasks", "attempts", "escalations", "events"]) {
    db.run(`DELETE FROM ${table} WHERE session = ?`, session);
  }
}
