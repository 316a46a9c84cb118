import { lstat } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import type { ErrorCode } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import { readLines } from "./lines.ts";
import { controlPaths, currentUser, type UserId } from "./path.ts";
import { type ControlMethod, type ControlResponse, type ControlResult, invalid, parseResponse } from "./protocol.ts";

export interface AskOptions {
  readonly clock: Clock;
  /** How long the owner may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  readonly user?: UserId;
}

/**
 * Asks the process that owns a database. `undefined`: no process listens. Throws what the owner threw, or
 * `CONTROL_LOST` when it left without an answer.
 */
export async function askOwner(
  db: string,
  method: ControlMethod,
  target: string | undefined,
  { clock, timeoutMs = 10_000, user = currentUser() }: AskOptions,
): Promise<ControlResult | undefined> {
  // No folder, no database, no owner.
  const paths = await controlPaths(db, user).catch(() => []);
  for (const path of paths) {
    const socket = await connect(path, user);
    if (socket === undefined) continue;
    try {
      return await exchange(socket, method, target, clock, timeoutMs);
    } finally {
      socket.destroy();
    }
  }
  return undefined;
}

/** A socket of another user is never spoken to: whoever made it could be anyone. */
async function connect(path: string, user: UserId): Promise<Socket | undefined> {
  if (user !== null) {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || !found.isSocket() || found.uid !== user) return undefined;
  }
  return await new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

async function exchange(
  socket: Socket,
  method: ControlMethod,
  target: string | undefined,
  clock: Clock,
  timeoutMs: number,
): Promise<ControlResult> {
  const lost = (why: string): PolyphonError =>
    new PolyphonError("CONTROL_LOST", { message: `The process that owns the database ${why}.`, retryable: true });
  let stop: () => void = () => undefined;
  try {
    const response = await new Promise<ControlResponse>((resolve, reject) => {
      stop = clock.after(timeoutMs, () => reject(lost(`gave no answer in ${timeoutMs} ms`)));
      socket.on("error", () => reject(lost("broke the connection")));
      socket.on("close", () => reject(lost("left before it answered")));
      const take = (line: string): void => {
        try {
          resolve(parseResponse(line));
        } catch (error) {
          reject(error);
        }
      };
      readLines(socket, take, () => reject(invalid("the answer is too long")));
      socket.write(`${JSON.stringify({ id: 1, method, ...(target === undefined ? {} : { target }) })}\n`);
    });
    if (response.ok) return response.result;
    const { code, message, retryable, details } = response.error;
    throw new PolyphonError(code as ErrorCode, { message, retryable: retryable === true, details: details ?? {} });
  } finally {
    stop();
  }
}
