import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

export type Row = Record<string, number | string | Uint8Array | null>;

export interface DatabaseOptions {
  readonly readOnly?: boolean;
  /** How long to wait for another program's lock, in milliseconds. */
  readonly timeoutMs: number;
}

/** One connection with its prepared statements. Throws the errors of `node:sqlite`; see `sqlite-error.ts`. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** `location` is a path, or a `file:` URL with SQLite's parameters. */
  constructor(location: string | URL, options: DatabaseOptions) {
    this.#db = new DatabaseSync(location, { readOnly: options.readOnly === true, timeout: options.timeoutMs });
  }

  /** Runs SQL that takes no values and answers nothing. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs one statement and answers how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** The first row, or `undefined`. */
  get<T = Row>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#prepare(sql).get(...values) as T | undefined;
  }

  all<T = Row>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#prepare(sql).all(...values) as T[];
  }

  /** Rows one by one; leaving the loop early is fine. The same SQL must not be iterated twice at once. */
  *iterate<T = Row>(sql: string, ...values: SQLInputValue[]): Generator<T> {
    try {
      yield* this.#prepare(sql).iterate(...values) as Iterable<T>;
    } catch (error) {
      // An iteration that failed leaves its error in the statement, and the next one would meet it again.
      this.#statements.delete(sql);
      throw error;
    }
  }

  /** One write transaction: commits what `body` did, or rolls back and throws. */
  transaction<T>(body: () => T): T {
    this.run("BEGIN IMMEDIATE");
    try {
      const value = body();
      this.run("COMMIT");
      return value;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #rollback(): void {
    // A full disk or an I/O error may have rolled back already; a rollback that fails as well changes nothing on disk.
    try {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
    } catch {
      // The error that led here is the one to report.
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
