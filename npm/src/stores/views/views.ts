import { basename } from "node:path";
import { type Client, type StoreThread, startClient } from "../sqlite/client.ts";
import type { ViewTable, ViewTables } from "./tables.ts";
import type { ViewsOf } from "./views-database.ts";
import type { ViewAnswer, ViewQuery, ViewRows, ViewsService } from "./views-service.ts";

export type { AttemptRow, EscalationRow, EventRow, SessionRow, TaskRow, ViewTable, ViewTables } from "./tables.ts";
export type { ViewsOf } from "./views-database.ts";
export type { ViewAnswer, ViewQuery, ViewRows } from "./views-service.ts";

/** What can be asked of the views of a journal. */
export interface ViewsReader {
  /** Rows of a table: sessions newest first, the others in the order they came. */
  query<T extends ViewTable>(table: T, query?: ViewQuery<ViewTables[T]>): Promise<ViewAnswer<ViewTables[T]>>;
  /** Sequence up to which everything is in the views. */
  watermark(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Query tables beside a journal, in a file of their own: fed after the commit, never needed to recover, and made anew from
 * the journal when they are missing or damaged. The feeder begins at `watermark() + 1`.
 */
export interface Views extends ViewsReader {
  /**
   * Writes rows and raises the watermark in one transaction; answers `false`, and writes nothing, when the watermark is not
   * above the present one. `gone` names sessions to take out of every table.
   */
  applyRows(watermark: number, rows: ViewRows, gone?: readonly string[]): Promise<boolean>;
  /** Empties the views, to be fed again from the beginning. */
  reset(): Promise<void>;
}

export interface ViewsOptions {
  /** Where SQLite runs; default: a thread of its own. */
  readonly thread?: StoreThread;
  /** How many sequences back events are kept. Default 100,000. */
  readonly eventsMax?: number;
}

const EVENTS_MAX_DEFAULT = 100_000;

/** Where the views of the journal in `file` lie: `team.views.db` for `team.db`. */
export function viewsFile(file: string): string {
  return file.endsWith(".db") ? `${file.slice(0, -3)}.views.db` : `${file}.views.db`;
}

/** Opens the views of the journal in `file` for its owner. */
export async function openViews(file: string, of: ViewsOf, options: ViewsOptions = {}): Promise<Views> {
  return start(file, options, of);
}

/** Opens views to be read, beside the owner or without one. `STORE_NOT_FOUND` when there are none. */
export async function openViewsReader(file: string, options: Pick<ViewsOptions, "thread"> = {}): Promise<ViewsReader> {
  return start(file, options, undefined);
}

async function start(journal: string, options: ViewsOptions, of: ViewsOf | undefined): Promise<Views> {
  const file = viewsFile(journal);
  const eventsMax = options.eventsMax ?? EVENTS_MAX_DEFAULT;
  const config = { name: `views:${basename(file)}`, file, eventsMax, ...(of === undefined ? {} : { of }) };
  const client = await startClient<ViewsService>({ kind: "views", config }, options.thread ?? "worker");
  try {
    await client.call("open", []);
  } catch (error) {
    await client.close();
    throw error;
  }
  return new SqliteViews(client);
}

class SqliteViews implements Views {
  readonly #client: Client<ViewsService>;

  constructor(client: Client<ViewsService>) {
    this.#client = client;
  }

  applyRows(watermark: number, rows: ViewRows, gone: readonly string[] = []): Promise<boolean> {
    return this.#client.call("apply", [watermark, rows, gone]);
  }

  async query<T extends ViewTable>(table: T, query: ViewQuery<ViewTables[T]> = {}): Promise<ViewAnswer<ViewTables[T]>> {
    const answer = await this.#client.call("query", [table, query as ViewQuery<never>]);
    return answer as ViewAnswer<ViewTables[T]>;
  }

  watermark(): Promise<number> {
    return this.#client.call("watermark", []);
  }

  reset(): Promise<void> {
    return this.#client.call("reset", []);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
