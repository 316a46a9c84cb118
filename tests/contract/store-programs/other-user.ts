/** Tries a file as a user without rights: `other-user.ts FILE`. Prints what opening and reading answer. */
import { PolyphonError } from "../../../npm/src/errors/error.ts";
import { openReader } from "../../../npm/src/stores/sqlite/sqlite-reader.ts";
import { sqliteStore } from "../../../npm/src/stores/sqlite/sqlite-store.ts";

const [file = ""] = process.argv.slice(2);
// Root may write anything; everybody else already is such a user.
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

const outcome = async (attempt: () => Promise<string>): Promise<string> => {
  try {
    return await attempt();
  } catch (error) {
    return error instanceof PolyphonError ? error.code : String(error);
  }
};

// The files of the package may be unreadable for that user, so no thread is started.
const owned = await outcome(async () => {
  const store = sqliteStore(file, { thread: "caller" });
  await store.open();
  await store.close();
  return "opened";
});
const read = await outcome(async () => {
  const reader = await openReader(file, { thread: "caller" });
  const { lastSeq } = await reader.health();
  await reader.close();
  return `read up to ${lastSeq}`;
});
process.stdout.write(`${owned}, ${read}`);
