import { accessSync, constants, lstatSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { PolyphonError } from "../../errors/error.ts";
import { type StoreErrorCode, storeError } from "../store-error.ts";

/** Why there is no file at a path, or can be none. */
interface PathFault {
  readonly code: Extract<StoreErrorCode, "STORE_PATH_INVALID" | "STORE_READ_ONLY">;
  /** What is wrong, and what to do. */
  readonly text: string;
}

/** Throws `STORE_PATH_INVALID` when what stands at the path is no file; SQLite would wait for a pipe, or write to a device. */
export function checkKind(name: string, file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  throw faultError(name, file, invalid(file, found.isDirectory() ? "is a folder" : "is not a file"));
}

/** What the file system has against the path, or `undefined`. SQLite says only "unable to open database file". */
export function pathError(name: string, file: string, cause: unknown): PolyphonError | undefined {
  const fault = faultOf(resolve(file), cause);
  return fault === undefined ? undefined : faultError(name, file, fault, cause);
}

function faultError(name: string, file: string, { code, text }: PathFault, cause?: unknown): PolyphonError {
  return storeError(code, `${name}: ${text}`, { file }, cause);
}

function faultOf(file: string, cause: unknown): PathFault | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined) return faultOfEntry(file, found);
    if (isLink(file)) return invalid(file, "is a link to something that does not exist");
    return faultOfFolder(dirname(file), cause);
  } catch (error) {
    return faultOfError(file, error);
  }
}

function faultOfEntry(file: string, found: Stats): PathFault | undefined {
  if (found.isDirectory()) return invalid(file, "is a folder");
  if (!found.isFile()) return invalid(file, "is not a file");
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    return readOnly(file, error, "may not be read");
  }
  try {
    accessSync(file, constants.W_OK);
  } catch (error) {
    return readOnly(file, error);
  }
  return faultOfFolder(dirname(file), undefined);
}

/** The folder a file is to stand in, or the nearest one above that is there. */
function faultOfFolder(folder: string, cause: unknown): PathFault | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined && isLink(folder)) return invalid(folder, "is a link to something that does not exist");
  if (found === undefined) {
    return dirname(folder) === folder ? invalid(folder, "does not exist") : faultOfFolder(dirname(folder), cause);
  }
  if (!found.isDirectory()) return invalid(folder, "is not a folder");
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    return readOnly(folder, error);
  }
  // Some folders take no entries from anybody, whatever their permissions say.
  return isSystemError(cause) ? invalid(folder, `takes no new files or folders (${codeOf(cause)})`) : undefined;
}

function faultOfError(file: string, error: unknown): PathFault | undefined {
  switch (codeOf(error)) {
    case "EACCES":
    case "EPERM":
      return readOnly(file, error, "may not be looked at");
    case "ENAMETOOLONG":
      return invalid(`${file.slice(0, 60)}…`, "is too long a name");
    case "ELOOP":
      return invalid(file, "leads in a circle: a link in it leads to itself");
    case "ENOTDIR":
      return parentOf(file);
    default:
      return undefined;
  }
}

/** The file that stands where a folder should. */
function parentOf(file: string): PathFault {
  for (let at = dirname(file); dirname(at) !== at; at = dirname(at)) {
    try {
      if (statSync(at, { throwIfNoEntry: false })?.isDirectory() === false) return invalid(at, "is not a folder");
    } catch {
      // Further up there is something that can be looked at.
    }
  }
  return invalid(file, "goes through something that is not a folder");
}

function readOnly(at: string, error: unknown, what = "may not be written"): PathFault {
  const code = codeOf(error);
  const why = code === "EROFS" ? "its file system is mounted read-only" : `permission denied (${code})`;
  const cure = code === "EROFS" ? "choose another path" : "change its permissions or choose another path";
  return { code: "STORE_READ_ONLY", text: `${at} ${what}: ${why}; ${cure}` };
}

function invalid(at: string, what: string): PathFault {
  return { code: "STORE_PATH_INVALID", text: `${at} ${what}; choose another path` };
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Whether the file system itself said why, and not SQLite for it. */
function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException | null)?.syscall === "string";
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? "unknown error";
}
