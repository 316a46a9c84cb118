import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AgentVitals } from "../../agents/agent.ts";
import { PolyphonError } from "../../errors/error.ts";
import { systemClock } from "../../runtime/clock.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { askOwner } from "./client.ts";
import { controlPaths, currentUser, MAX_SOCKET_PATH, securePath } from "./path.ts";
import { MAX_LINE, parseRequest } from "./protocol.ts";
import { type ControlHandlers, type ControlServer, serveControl } from "./server.ts";

const clock = systemClock();
const user = currentUser() ?? -1;
let folder: string;
let db: string;
let server: ControlServer | undefined;
let calls: string[];
let vitals: Record<string, AgentVitals> = {};
const handlers: ControlHandlers = {
  answer: async (id, decision) => {
    if (id === "gone") throw new PolyphonError("SESSION_UNKNOWN", { message: "no such escalation", details: { id } });
    if (id === "odd") throw new Error("odd");
    calls.push(`${decision} ${id}`);
  },
  act: async (id, action) => void calls.push(`${action} ${id}`),
  vitals: async () => vitals,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ctl-"));
  db = join(folder, "team.db");
  calls = [];
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

it("tells how agents are, as many as fit into one answer", async () => {
  const one = { suspicion: 0.25, silenceMs: 1_000, memoryBytes: null, cpuCores: 1.5 };
  vitals = { agent_1: one };
  server = await serveControl(db, handlers);
  expect(await askOwner(db, "agents", undefined, { clock })).toEqual({ vitals });
  vitals = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`agent_${index}`, one]));
  const told = (await askOwner(db, "agents", undefined, { clock }))?.vitals as typeof vitals;
  expect(Object.keys(told).length).toBeGreaterThan(500);
  expect(Object.keys(told).length).toBeLessThan(5_000);
});

/** Sends raw text, answers every line that comes back until the other side closes or `lines` are there. */
async function raw(path: string, text: string, lines: number): Promise<readonly Record<string, unknown>[]> {
  return await new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let got = "";
    const finish = (): void => {
      socket.destroy();
      resolve(
        got
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
    };
    socket.on("error", reject);
    socket.on("close", finish);
    socket.on("data", (chunk) => {
      got += String(chunk);
      if (got.split("\n").length > lines) finish();
    });
    socket.write(text);
  });
}

describe("control channel", () => {
  it("carries every answer and action to the owner", async () => {
    server = await serveControl(db, handlers);
    for (const method of [
      "escalation.approve",
      "escalation.retry",
      "escalation.abort",
      "session.cancel",
      "session.pause",
      "session.resume",
    ] as const) {
      expect(await askOwner(db, method, "x", { clock })).toEqual({
        [method.split(".")[0] as string]: "x",
        done: method.split(".")[1],
      });
    }
    expect(calls).toEqual(["approve x", "retry x", "abort x", "cancel x", "pause x", "resume x"]);
    expect(await askOwner(db, "ping", undefined, { clock })).toEqual({ version: 1, pid: process.pid });
  });

  it("is closed to everybody else", async () => {
    server = await serveControl(db, handlers);
    expect(server.path).toBe(`${db}.sock`);
    expect(lstatSync(server.path).mode & 0o777).toBe(0o600);
  });

  it("hands the owner's refusal on, code and details", async () => {
    server = await serveControl(db, handlers);
    await expect(askOwner(db, "escalation.retry", "gone", { clock })).rejects.toMatchObject({
      code: "SESSION_UNKNOWN",
      details: { id: "gone" },
    });
    await expect(askOwner(db, "escalation.retry", "odd", { clock })).rejects.toMatchObject({
      code: "CLI_INTERNAL",
      message: "odd",
    });
  });

  it("says nobody is there when nobody is, also where there is no folder", async () => {
    expect(await askOwner(db, "ping", undefined, { clock })).toBeUndefined();
    expect(await askOwner(join(folder, "none", "team.db"), "ping", undefined, { clock })).toBeUndefined();
  });

  it("takes the place of a socket a dead process left", async () => {
    const first = await serveControl(db, handlers);
    const { path } = first;
    await first.close();
    // A process that was killed removes nothing: bind one and let go of it without unlinking.
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(`${path}.made`, resolve));
    (await import("node:fs")).renameSync(`${path}.made`, path);
    await new Promise<void>((resolve) => dead.close(() => resolve()));
    expect(existsSync(path)).toBe(true);
    expect(await askOwner(db, "ping", undefined, { clock })).toBeUndefined();
    server = await serveControl(db, handlers);
    expect(await askOwner(db, "ping", undefined, { clock })).toMatchObject({ version: 1 });
  });

  it("leaves a file that is in its way alone", async () => {
    writeFileSync(`${db}.sock`, "mine");
    await expect(serveControl(db, handlers)).rejects.toMatchObject({ code: "CONTROL_UNSAFE" });
    expect(existsSync(`${db}.sock`)).toBe(true);
    expect(await askOwner(db, "ping", undefined, { clock })).toBeUndefined();
  });

  it("removes its socket when it closes, twice if need be", async () => {
    server = await serveControl(db, handlers);
    await Promise.all([server.close(), server.close()]);
    expect(existsSync(server.path)).toBe(false);
  });

  it("answers what it was asked before it closes", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let began: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    server = await serveControl(db, {
      ...handlers,
      answer: () => {
        began();
        return held;
      },
    });
    const asked = askOwner(db, "escalation.retry", "x", { clock });
    await begun;
    const closing = server.close();
    release();
    expect(await asked).toEqual({ escalation: "x", done: "retry" });
    await closing;
  });

  it("refuses what is no request, line by line, and goes on", async () => {
    server = await serveControl(db, handlers);
    const bad = [
      "nonsense",
      "[]",
      "null",
      '{"id":"1","method":"ping"}',
      '{"id":1,"method":"rm"}',
      '{"id":2,"method":"escalation.retry"}',
      '{"id":3,"method":"escalation.retry","target":""}',
      '{"id":4,"method":"__proto__","target":"x"}',
    ];
    const answers = await raw(server.path, `${bad.join("\n")}\n{"id":9,"method":"ping"}\n`, bad.length + 1);
    expect(answers.filter((answer) => answer.ok === false)).toHaveLength(bad.length);
    expect(answers.find((answer) => answer.id === 9)).toMatchObject({ ok: true });
    for (const answer of answers)
      if (answer.ok === false) expect(answer.error).toMatchObject({ code: "CONTROL_REQUEST_INVALID" });
    expect(calls).toEqual([]);
  });

  it("hangs up on a line without end", async () => {
    server = await serveControl(db, handlers);
    const answers = await raw(server.path, "x".repeat(MAX_LINE + 1), 99);
    expect(answers).toEqual([
      { id: null, ok: false, error: expect.objectContaining({ code: "CONTROL_REQUEST_INVALID" }) },
    ]);
    expect(await askOwner(db, "ping", undefined, { clock })).toMatchObject({ version: 1 });
  });

  it("gives up on an owner that leaves, talks nonsense or stays silent", async () => {
    const replies: ((write: (text: string) => void, end: () => void) => void)[] = [
      (_, end) => end(),
      (write) => write("what?\n"),
      (write) => write('{"id":1,"ok":true}\n'),
      (write) => write(`${"y".repeat(MAX_LINE + 1)}`),
    ];
    for (const [index, reply] of replies.entries()) {
      const other = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () =>
          reply(
            (text) => socket.write(text),
            () => socket.end(),
          ),
        );
      });
      await new Promise<void>((resolve) => other.listen(`${db}.sock`, resolve));
      const code = index === 0 ? "CONTROL_LOST" : "CONTROL_REQUEST_INVALID";
      await expect(askOwner(db, "ping", undefined, { clock })).rejects.toMatchObject({ code });
      await new Promise<void>((resolve) => other.close(() => resolve()));
    }
    const fake = new FakeClock();
    const silent = createServer((socket) => socket.once("data", () => fake.advance(10_000)));
    await new Promise<void>((resolve) => silent.listen(`${db}.sock`, resolve));
    await expect(askOwner(db, "ping", undefined, { clock: fake })).rejects.toMatchObject({
      code: "CONTROL_LOST",
      retryable: true,
    });
    await new Promise<void>((resolve) => silent.close(() => resolve()));
  });
});

describe("place of the socket", () => {
  it("is beside the database while path and folder allow", async () => {
    expect((await controlPaths(db, user, folder))[0]).toBe(`${db}.sock`);
  });

  it("is a private folder when the path is too long", async () => {
    const deep = join(folder, "d".repeat(MAX_SOCKET_PATH));
    mkdirSync(deep);
    const long = join(deep, "team.db");
    const [path = ""] = await controlPaths(long, user, folder);
    expect(path.startsWith(join(folder, `polyphon-${user}`))).toBe(true);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(MAX_SOCKET_PATH);
    server = await serveControl(long, handlers);
    expect(await askOwner(long, "ping", undefined, { clock })).toMatchObject({ version: 1 });
  });

  it("is a private folder when others may write beside the database", async () => {
    chmodSync(folder, 0o777);
    const [path = ""] = await controlPaths(db, user, join(folder, "t"));
    expect(path).toContain(`polyphon-${user}`);
    await securePath(path, user);
    expect(lstatSync(join(folder, "t", `polyphon-${user}`)).mode & 0o777).toBe(0o700);
  });

  it("is refused in a folder somebody else prepared", async () => {
    const trap = join(folder, `polyphon-${user}`);
    mkdirSync(trap);
    chmodSync(trap, 0o777);
    await expect(securePath(join(trap, "x.sock"), user)).rejects.toMatchObject({ code: "CONTROL_UNSAFE" });
  });

  it("is the same for every name of one folder, and another for another database", async () => {
    chmodSync(folder, 0o777);
    const [one] = await controlPaths(join(folder, ".", "team.db"), user, folder);
    const [same] = await controlPaths(db, user, folder);
    const [other] = await controlPaths(join(folder, "other.db"), user, folder);
    expect(one).toBe(same);
    expect(other).not.toBe(one);
  });

  it("is a named pipe where users have no numbers", async () => {
    expect(await controlPaths(db, null)).toEqual([expect.stringMatching(/^\\\\\.\\pipe\\polyphon-[0-9a-f]{24}$/)]);
  });
});

it("a socket of another user is not spoken to", async () => {
  server = await serveControl(db, handlers);
  expect(await askOwner(db, "ping", undefined, { clock, user: user + 1 })).toBeUndefined();
});

it("a request names its target", () => {
  expect(parseRequest('{"id":1,"method":"ping","extra":true}')).toEqual({ id: 1, method: "ping" });
  expect(() => parseRequest(JSON.stringify({ id: 1, method: "session.pause", target: "x".repeat(129) }))).toThrow(
    /target/,
  );
});
