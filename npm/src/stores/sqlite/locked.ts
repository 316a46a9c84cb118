import type { PolyphonError } from "../../errors/error.ts";
import { storeError } from "../store-error.ts";
import { connectReader } from "./connection.ts";
import type { Database } from "./database.ts";
import { readMeta } from "./meta.ts";

/** The refusal of a second owner, naming the first as far as it can be read. */
export function describeLocked(target: { readonly name: string; readonly file: string }): PolyphonError {
  let db: Database | undefined;
  let pid: number | undefined;
  let host: string | undefined;
  try {
    db = connectReader(target);
    const meta = readMeta(db);
    pid = meta.owner_pid ?? undefined;
    host = meta.owner_host ?? undefined;
  } catch {
    // The owner may be creating the file this very moment; that somebody owns it is what matters.
  } finally {
    db?.close();
  }
  const who = pid === undefined ? "another process" : `process ${pid} on ${host}`;
  const message = `${target.name}: owned by ${who}; stop it, or open the file for reading`;
  return storeError("STORE_LOCKED", message, { pid, host, file: target.file });
}
