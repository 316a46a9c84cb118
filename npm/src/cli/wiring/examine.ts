import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PolyphonError } from "../../errors/error.ts";
import { openReader } from "../../stores/sqlite/sqlite-reader.ts";
import { Kernel } from "../../wasm/kernel.ts";
import { loadKernel } from "../../wasm/node.ts";
import { factsOf } from "../errors/codes.ts";
import { errorPage } from "../errors/page.ts";
import type { Check } from "../ports.ts";

/** SQLite below this can damage a WAL database that several processes read. */
const LEAST_SQLITE = [3, 51, 3] as const;

/** Facts about this machine and one database, each with a remedy where something is wrong. */
export async function examine({ db }: { readonly db: string }): Promise<readonly Check[]> {
  return [node(), sqlite(), kernel(), await folder(dirname(db)), await database(db), processes()];
}

function node(): Check {
  const { node: found } = process.versions;
  const ok = atLeast(found, [22, 22, 0]);
  return ok
    ? { name: "Node", status: "ok", found }
    : { name: "Node", status: "failed", found, remedy: "Install Node 22.22 or later from https://nodejs.org." };
}

function sqlite(): Check {
  const found = process.versions.sqlite ?? "none";
  return atLeast(found, LEAST_SQLITE)
    ? { name: "SQLite", status: "ok", found }
    : {
        name: "SQLite",
        status: "failed",
        found,
        remedy: `Polyphon needs ${LEAST_SQLITE.join(".")}; a later Node brings it.`,
      };
}

function kernel(): Check {
  try {
    const made = new Kernel(loadKernel(), { partition: 0, epoch: 0 });
    return { name: "kernel", status: "ok", found: `loads, state ${made.stateHash().slice(0, 12)}` };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return {
      name: "kernel",
      status: "failed",
      found,
      remedy: "Install the package again; its wasm is missing or damaged.",
    };
  }
}

/** The nearest folder that exists must take new files. */
async function folder(path: string): Promise<Check> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found === undefined && dirname(at) !== at) continue;
    const writable = await access(at, constants.W_OK).then(
      () => true,
      () => false,
    );
    return writable
      ? { name: "folder", status: "ok", found: at }
      : {
          name: "folder",
          status: "failed",
          found: `${at} cannot be written`,
          remedy: "Choose another place with --db.",
        };
  }
}

async function database(db: string): Promise<Check> {
  const exists = await stat(db).catch(() => undefined);
  if (exists === undefined || (exists.isFile() && exists.size === 0))
    return { name: "database", status: "ok", found: `${db} is not there yet` };
  try {
    const reader = await openReader(db, { thread: "caller" });
    try {
      const [health, owner] = await Promise.all([reader.health(), reader.owner()]);
      const held = owner === undefined ? "no owner" : `owned by process ${owner.pid} on ${owner.host}`;
      const found = `${db}: events ${health.firstSeq} to ${health.lastSeq}, ${health.storedBytes} bytes, ${held}`;
      return { name: "database", status: health.ok ? "ok" : "warning", found: health.problem ?? found };
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!(error instanceof PolyphonError)) throw error;
    return {
      name: "database",
      status: "failed",
      found: `${error.code}: ${error.message}`,
      remedy: `${factsOf(error.code).cure} More: ${errorPage(error.code)}`,
    };
  }
}

function processes(): Check {
  return process.platform === "linux"
    ? {
        name: "child processes",
        status: "ok",
        found: "memory, CPU time and left-over processes are measured from /proc",
      }
    : {
        name: "child processes",
        status: "warning",
        found: `on ${process.platform} their memory and CPU time stay unknown`,
        remedy: "Run on Linux where limits matter.",
      };
}

function atLeast(found: string, least: readonly number[]): boolean {
  const parts = found.split(".").map((part) => Number.parseInt(part, 10));
  for (const [index, bound] of least.entries()) {
    const part = parts[index] ?? 0;
    if (!(part >= bound)) return false;
    if (part > bound) return true;
  }
  return true;
}
