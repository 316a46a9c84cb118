import { chmod, lstat, unlink } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import type { AgentVitals } from "../../agents/agent.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Decision, SessionAction } from "../ports.ts";
import { readLines } from "./lines.ts";
import { controlPaths, currentUser, securePath, type UserId } from "./path.ts";
import {
  CONTROL_VERSION,
  type ControlRequest,
  type ControlResponse,
  type ControlResult,
  invalid,
  MAX_LINE,
  parseRequest,
} from "./protocol.ts";

/** What the owner of a database does for other processes. */
export interface ControlHandlers {
  answer(escalation: string, decision: Decision): Promise<void>;
  act(session: string, action: SessionAction): Promise<void>;
  /** What is heard of agents now, by id. */
  vitals(): Promise<Readonly<Record<string, AgentVitals>>>;
}

export interface ControlServer {
  readonly path: string;
  /** Answers what was asked, then closes and removes the socket. Safe to call twice. */
  close(): Promise<void>;
}

/** Connections at once; a person answers from one or two. */
const MAX_CONNECTIONS = 32;

/**
 * Listens beside a database this process owns. Because ownership is exclusive, a socket found there is left over from
 * a process that died, and is replaced; anything that is no socket is left alone. Throws `CONTROL_UNSAFE`.
 */
export async function serveControl(
  db: string,
  handlers: ControlHandlers,
  user: UserId = currentUser(),
): Promise<ControlServer> {
  const [path = ""] = await controlPaths(db, user);
  await securePath(path, user);
  if (user !== null) await removeStale(path);
  const open = new Set<Socket>();
  const busy = new Set<Promise<void>>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    const send = (response: ControlResponse): void => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(response)}\n`);
    };
    readLines(
      socket,
      (line) => {
        const work = serve(line, handlers).then(send);
        busy.add(work);
        void work.finally(() => busy.delete(work));
      },
      () => {
        send(failure(null, invalid("a line is too long")));
        socket.end();
      },
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, path);
  if (user !== null) await chmod(path, 0o600);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await Promise.all(busy);
    for (const socket of open) socket.end();
    for (const socket of open) socket.destroySoon();
    await closed;
  };
  return { path, close: () => (closing ??= close()) };
}

/** Never rejects: what goes wrong is the answer. */
async function serve(line: string, handlers: ControlHandlers): Promise<ControlResponse> {
  let request: ControlRequest | undefined;
  try {
    request = parseRequest(line);
    return { id: request.id, ok: true, result: await perform(request, handlers) };
  } catch (error) {
    return failure(request?.id ?? null, error);
  }
}

async function perform({ method, target = "" }: ControlRequest, handlers: ControlHandlers): Promise<ControlResult> {
  if (method === "ping") return { version: CONTROL_VERSION, pid: process.pid };
  if (method === "agents") return { vitals: bounded(await handlers.vitals()) };
  const [subject, verb] = method.split(".") as ["escalation" | "session", Decision | SessionAction];
  if (subject === "escalation") await handlers.answer(target, verb as Decision);
  else await handlers.act(target, verb as SessionAction);
  return { [subject]: target, done: verb };
}

/** As many as fit into one line; of the others the journal tells what it knows. */
function bounded(vitals: Readonly<Record<string, AgentVitals>>): Readonly<Record<string, AgentVitals>> {
  let left = MAX_LINE - 1_024;
  const fits = Object.entries(vitals).filter(([id, one]) => {
    left -= id.length + JSON.stringify(one).length + 4;
    return left > 0;
  });
  return Object.fromEntries(fits);
}

function failure(id: number | null, thrown: unknown): ControlResponse {
  const error =
    thrown instanceof PolyphonError
      ? thrown
      : new PolyphonError("CLI_INTERNAL", { message: thrown instanceof Error ? thrown.message : String(thrown) });
  const { code, message, retryable, details } = error;
  return { id, ok: false, error: { code, message, retryable, details } };
}

async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new PolyphonError("CONTROL_UNSAFE", {
      message: `${path} is in the way of the control channel: it is no socket, so it was left alone.`,
      details: { path },
    });
  }
  await unlink(path);
}

/** The mask keeps the socket closed to others in the moment between its making and `chmod`. */
async function listen(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
      // Binding happened within the call; nothing else of this process should see the mask.
      process.umask(mask);
    });
  } finally {
    process.umask(mask);
  }
}
