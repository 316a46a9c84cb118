import { createHash } from "node:crypto";
import { lstat, mkdir, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { PolyphonError } from "../../errors/error.ts";

/** Longest socket path every platform takes (macOS: 104 bytes with the end mark). */
export const MAX_SOCKET_PATH = 103;

const GROUP_OR_OTHERS_WRITE = 0o022;

/** Who may touch a path; `null` where users have no numbers (Windows). */
export type UserId = number | null;

export function currentUser(): UserId {
  return process.getuid?.() ?? null;
}

/**
 * Where the control socket of a database may be, best first: beside it as `<db>.sock`, or, when that path is too long
 * or others may write to the folder, in a private folder for temporary files under a name made from the path.
 */
export async function controlPaths(
  db: string,
  user: UserId = currentUser(),
  temp: string = tmpdir(),
): Promise<readonly string[]> {
  const real = join(await realpath(dirname(db)), basename(db));
  const digest = createHash("sha256").update(real).digest("hex").slice(0, 24);
  if (user === null) return [`\\\\.\\pipe\\polyphon-${digest}`];
  const beside = `${real}.sock`;
  const apart = join(privateFolder(user, temp), `${digest}.sock`);
  const fits = Buffer.byteLength(beside) <= MAX_SOCKET_PATH && (await isPrivate(dirname(real), user));
  return fits ? [beside, apart] : [apart];
}

/** Makes sure the folder of a socket is there and belongs to this user alone. Throws `CONTROL_UNSAFE`. */
export async function securePath(path: string, user: UserId): Promise<void> {
  if (user === null) return;
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await isPrivate(folder, user)) return;
  throw new PolyphonError("CONTROL_UNSAFE", {
    message: `Others may write to ${folder}, so no control channel is opened there.`,
    details: { folder },
  });
}

/** A folder of this user (or of the system) that nobody else can write to. */
async function isPrivate(folder: string, user: number): Promise<boolean> {
  const found = await lstat(folder);
  return found.isDirectory() && (found.uid === user || found.uid === 0) && (found.mode & GROUP_OR_OTHERS_WRITE) === 0;
}

function privateFolder(user: number, temp: string): string {
  return join(temp, `polyphon-${user}`);
}
