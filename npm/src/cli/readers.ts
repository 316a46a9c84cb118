import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { PolyphonError } from "../errors/error.ts";
import { pathError } from "../stores/sqlite/path.ts";
import type { Cli } from "./cli.ts";
import type { TeamReader } from "./ports.ts";

/** Runs `use` with a reader of the database and closes it afterwards. Throws `CLI_NO_DATABASE` when there is none. */
export async function withReader<T>(cli: Cli, db: string, use: (reader: TeamReader) => Promise<T>): Promise<T> {
  await requireDatabase(db);
  const reader = await cli.context.runtime.openReader(db);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** Opening would make a file; a command that only looks must not. */
async function requireDatabase(db: string): Promise<void> {
  const found = await stat(db).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error)) {
    if (found.isFile() && found.size > 0) return;
    const what = found.isFile() ? "is empty: nothing was ever written to it" : "is not a file";
    throw new PolyphonError("CLI_NO_DATABASE", { message: `${db} ${what}.`, details: { db } });
  }
  if (found.code !== "ENOENT" && found.code !== "ENOTDIR") {
    const message = `${db} cannot be read: ${found.message}`;
    throw (
      pathError(basename(db), db, found) ?? new PolyphonError("STORE_IO", { message, cause: found, details: { db } })
    );
  }
  throw new PolyphonError("CLI_NO_DATABASE", { message: `There is no database at ${db}.`, details: { db } });
}
