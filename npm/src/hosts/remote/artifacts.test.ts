import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryStore } from "../../stores/memory/memory-store.ts";
import type { Team } from "../../team/team.ts";
import { Teams } from "../../team/testing/teams.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { Perform } from "../agent.ts";
import { type AgentDoor, acceptAgents } from "./door.ts";
import { MemoryKeeper } from "./testing/memory-keeper.ts";
import { MeetingPoint, type Outpost } from "./testing/room.ts";

const teams = new Teams();
let clock: FakeClock;
let point: MeetingPoint;
let keeper: MemoryKeeper;
beforeEach(() => {
  clock = new FakeClock();
  point = new MeetingPoint(clock);
  keeper = new MemoryKeeper();
});
afterEach(async () => {
  await point.close();
  await teams.close();
});

function door(team: Team): AgentDoor {
  return acceptAgents(team, point.hub, { clock, admit: () => ({}), artifacts: keeper });
}

function outpost(perform: Perform): Outpost {
  return point.outpost({ name: "far", capabilities: ["far"] }, perform);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let rounds = 0; !(await holds()); rounds++) {
    if (rounds > 500) throw new Error("it never came to that");
    await clock.advanceAsync(100);
  }
}

async function resultOf(team: Team): Promise<{ status: string; artifacts: unknown; output: unknown }> {
  const session = team.orchestrate({
    tasks: [{ key: "a", needs: ["far"], timeoutMs: 600_000 }],
    recovery: { maxRetries: 0 },
  });
  return ended(session);
}

async function ended(session: ReturnType<Team["session"]>): ReturnType<typeof resultOf> {
  const done = { is: false };
  await session.ready;
  const settles = (view: Awaited<ReturnType<typeof session.view>>): boolean =>
    view.tasks.every(({ status }) => ["completed", "failed", "escalated"].includes(status));
  await until(async () => {
    done.is = settles(await session.view());
    return done.is;
  });
  const [task] = (await session.view()).tasks;
  return { status: task?.status ?? "", artifacts: task?.artifacts, output: task?.output };
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that no part of is like another. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) % 251);
}

async function* pieces(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield pattern(size);
}

describe("an artifact of a remote agent", () => {
  test("is kept where the team keeps them: a text, bytes of many parts, a stream, nothing", async () => {
    const team = await teams.open({ clock });
    door(team);
    const paths: string[] = [];
    outpost(async (_task, ctx) => {
      for (const [name, content] of [
        ["text", "häuser"],
        ["bytes", pattern(700_000)],
        ["stream", pieces(10, 300_000, 0, 5)],
        ["empty", ""],
      ] as const) {
        paths.push((await ctx.artifact(name, content)).path);
      }
      // The result waits for one nobody waited for.
      void ctx.artifact("late", "too");
      return "done";
    });
    const { status, artifacts } = await resultOf(team);
    const stream = Buffer.concat([pattern(10), pattern(300_000), pattern(5)]);
    const contents = { text: Buffer.from("häuser"), bytes: pattern(700_000), stream, empty: "", late: "too" };
    expect(status).toBe("completed");
    expect(artifacts).toMatchObject(
      Object.entries(contents).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes).length })),
    );
    for (const [index, bytes] of Object.values(contents).slice(0, 4).entries()) {
      const hash = sha256(Buffer.from(bytes));
      expect(paths[index]).toBe(`/kept/${hash}`);
      expect(keeper.kept.get(hash)).toEqual(Buffer.from(bytes));
    }
    expect(keeper.incoming).toBe(0);
  });

  test("goes on where it was when the connection is cut in the middle, and parts that come twice count once", async () => {
    const team = await teams.open({ clock });
    door(team);
    let parts = 0;
    const { line } = outpost(async (_task, ctx) => {
      const { sha256: hash } = await ctx.artifact("large", pieces(400_000, 400_000, 400_000));
      return hash;
    });
    const request = line.request.bind(line);
    line.request = async function* (message, options) {
      const { report } = message.payload as { report?: { type?: string } };
      if (report?.type !== "artifact") return yield* request(message, options);
      parts += 1;
      // It arrives, and its answer is lost with the connection.
      if (parts % 3 === 0) {
        for await (const _ of request(message, options)) break;
        line.cut();
        clock.after(200, () => line.mend());
      }
      yield* request(message, options);
    };
    const { status, output } = await resultOf(team);
    const whole = Buffer.concat([pattern(400_000), pattern(400_000), pattern(400_000)]);
    expect([status, output]).toEqual(["completed", sha256(whole)]);
    expect(parts).toBeGreaterThan(7);
  });

  test("outlives its team: kept before, it is found; begun before, it is sent again unless it is a stream", async () => {
    const store = memoryStore();
    const team = await teams.open({ clock, store });
    const before = door(team);
    const goOn = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const codes: string[] = [];
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield pattern(300_000);
      begun.resolve();
      await goOn.promise;
      yield pattern(10);
    }
    outpost(async (_task, ctx) => {
      await ctx.artifact("before", "kept before");
      await ctx.artifact("stream", slow()).catch((error: { code: string }) => codes.push(error.code));
      return "done";
    });
    const session = team.orchestrate({
      tasks: [{ key: "a", needs: ["far"], timeoutMs: 600_000 }],
      recovery: { maxRetries: 0 },
    });
    const id = await session.ready;
    let isBegun = false;
    void begun.promise.then(() => (isBegun = true));
    await until(() => isBegun);
    await before.close();
    await team.close();
    const next = await teams.open({ clock, store });
    door(next);
    goOn.resolve();
    const { status } = await ended(next.session(id));
    expect(codes).toEqual(["HOST_ARTIFACT_FAILED"]);
    // A stream that was not kept fails the try, as anywhere.
    expect(status).not.toBe("completed");
  });

  test("that was kept for an owner before is part of the result the next one takes, and must be there", async () => {
    for (const isLost of [false, true]) {
      const store = memoryStore();
      const team = await teams.open({ clock, store });
      const before = door(team);
      const goOn = Promise.withResolvers<void>();
      let isKept = false;
      const far = outpost(async (_task, ctx) => {
        await ctx.artifact("before", `kept before ${isLost}`);
        isKept = true;
        await goOn.promise;
        return "done";
      });
      const plan = { tasks: [{ key: "a", needs: ["far"], timeoutMs: 600_000 }], recovery: { maxRetries: 0 } };
      const id = await team.orchestrate(plan).ready;
      await until(() => isKept);
      await before.close();
      await team.close();
      if (isLost) keeper.kept.clear();
      const next = await teams.open({ clock, store });
      const entrance = door(next);
      goOn.resolve();
      const { status, artifacts } = await ended(next.session(id));
      if (isLost) expect(status).not.toBe("completed");
      else expect([status, artifacts]).toMatchObject(["completed", [{ name: "before" }]]);
      await far.agent.close();
      await entrance.close();
    }
  });

  test("is refused by name: too large, a path, no place, a team of a version that knows none", async () => {
    const team = await teams.open({ clock });
    keeper = new MemoryKeeper(1_000);
    const entrance = door(team);
    const codes: string[] = [];
    const tried = (call: Promise<unknown>): Promise<unknown> =>
      call.catch((error: { code: string; message: string }) => codes.push(`${error.code} ${error.message}`));
    outpost(async (_task, ctx) => {
      await tried(ctx.artifact("large", pattern(300_000)));
      await tried(ctx.artifact("path", { path: "/etc/hostname" }));
      return "done";
    });
    await resultOf(team);
    expect(codes).toEqual([
      expect.stringContaining('HOST_ARTIFACT_FAILED artifact "large" could not be kept: it is larger than 1000 bytes'),
      expect.stringContaining("HOST_ARTIFACT_UNSUPPORTED a path means nothing"),
    ]);
    await entrance.close();
    const other = await teams.open({ clock });
    // As one of the first version: it says nothing of what it can.
    acceptAgents(other, point.hub, { clock, admit: () => ({}), subject: "other" });
    point.outpost({ name: "old", capabilities: ["far"], subject: "other" }, async (_task, ctx) => {
      await tried(ctx.artifact("text", "text"));
      return "done";
    });
    await resultOf(other);
    expect(codes[2]).toContain("HOST_ARTIFACT_UNSUPPORTED the team has no place");
  });

  test("that an agent only says it has kept fails its try, and a part out of bounds is no report", async () => {
    const team = await teams.open({ clock });
    door(team);
    const { line } = outpost(() => "done");
    const request = line.request.bind(line);
    const refused: string[] = [];
    line.request = async function* (message, options) {
      const payload = message.payload as { report?: { type?: string; fence?: number; result?: object } };
      if (payload.report?.type !== "result") return yield* request(message, options);
      const part = { upload: "u", name: "n", at: 0, bytes: new Uint8Array(2_000_000), isLast: true };
      const wrong = { ...payload, report: { type: "artifact", fence: payload.report.fence, part } };
      for await (const { payload: answer } of request({ ...message, payload: wrong }, options)) {
        refused.push((answer as { code: string }).code);
      }
      const artifacts = [{ name: "mine", path: "/etc/passwd", bytes: 1, sha256: "0".repeat(64) }];
      const result = { ...payload.report.result, artifacts };
      yield* request({ ...message, payload: { ...payload, report: { ...payload.report, result } } }, options);
    };
    const { status, artifacts } = await resultOf(team);
    expect(status).not.toBe("completed");
    expect(JSON.stringify(artifacts ?? [])).not.toContain("passwd");
    expect(refused).toEqual(["TASK_REPORT_INVALID"]);
  });
});

describe("vitals of a remote agent", () => {
  test("are what it says of its process, measured from one sign of life to the next", async () => {
    const team = await teams.open({ clock });
    door(team);
    let cpuMs = 90_000;
    const usage = () => {
      cpuMs += 5_000;
      return { memoryBytes: 50_000_000, cpuMs };
    };
    point.outpost({ name: "told", heartbeatMs: 10_000, usage }, () => 1);
    point.outpost({ name: "silent", heartbeatMs: 10_000 }, () => 1);
    const broken = point.outpost(
      {
        name: "broken",
        heartbeatMs: 10_000,
        usage: () => {
          throw new Error("unknown");
        },
      },
      () => 1,
    );
    await clock.advanceAsync(1_000);
    for (let beat = 0; beat < 4; beat++) await clock.advanceAsync(10_000);
    const agents = await team.agents();
    const vitals = (name: string) => agents.find((view) => view.name === name)?.vitals;
    expect(vitals("told")).toMatchObject({ memoryBytes: 50_000_000, cpuCores: expect.closeTo(0.5, 1) });
    for (const name of ["silent", "broken"]) {
      expect(vitals(name)).toMatchObject({ memoryBytes: null, cpuCores: null, suspicion: expect.any(Number) });
    }
    expect(broken.troubles).toContain("unknown");
  });
});
