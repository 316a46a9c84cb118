import { afterEach, describe, expect, test } from "vitest";
import { Logs } from "../runtime/logs.ts";
import type { LogEntry } from "../sessions/session.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { scriptedHost, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

describe("what agents write", () => {
  test("is a stream of the session: what was written before, then what comes", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    let go: () => void = () => undefined;
    team.agent("talker", async (_task, ctx) => {
      ctx.log.info("begun");
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      ctx.log.warn("nearly done");
    });
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    const id = await session.ready;
    await clock.settle();
    const seen: LogEntry[] = [];
    const done = new Promise<void>((complete) =>
      session.logs$.subscribe({ next: (entry) => seen.push(entry), complete }),
    );
    expect(seen).toEqual([
      { timeMs: clock.wallMs(), level: "info", text: "begun", session: id, task: "a", agent: "talker", attempt: 1 },
    ]);
    go();
    await done;
    expect(seen.map(({ level, text }) => `${level}: ${text}`)).toEqual(["info: begun", "warn: nearly done"]);
    const later: string[] = [];
    for await (const { text } of team.session(id).logs$) later.push(text);
    expect(later).toEqual(["begun", "nearly done"]);
  });

  test("of one session is not seen in another, and all of it in the team", async () => {
    const team = await teams.open();
    team.agent("talker", (task, ctx) => ctx.log.info(`at ${task.key}`));
    const [first, second] = [team.orchestrate({ tasks: [{ key: "a" }] }), team.orchestrate({ tasks: [{ key: "b" }] })];
    await Promise.all([first.result, second.result]);
    const texts = async (lines: AsyncIterable<LogEntry>): Promise<string[]> => {
      const found: string[] = [];
      for await (const { text } of lines) found.push(text);
      return found;
    };
    expect(await texts(first.logs$)).toEqual(["at a"]);
    const all: string[] = [];
    team.logs$.subscribe(({ text }) => all.push(text));
    expect(all.sort()).toEqual(["at a", "at b"]);
    await team.close();
    expect((await texts(team.logs$)).length).toBe(2);
  });

  test("after the end of a try is not heard", async () => {
    const team = await teams.open();
    let late: () => void = () => undefined;
    team.agent("talker", (_task, ctx) => {
      late = () => ctx.log.error("too late");
    });
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    await session.result;
    late();
    const seen: LogEntry[] = [];
    session.logs$.subscribe((entry) => seen.push(entry));
    expect(seen).toEqual([]);
  });

  test("does not hold up a host that has nothing to say", async () => {
    const team = await teams.open();
    team.host("mute", {}, scriptedHost({ output: 1 }));
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    expect((await session.result).outputs).toEqual({ a: 1 });
  });
});

describe("the lines that are kept", () => {
  const line = (text: string): LogEntry => ({
    timeMs: 0,
    level: "info",
    text,
    session: "s",
    task: "t",
    agent: "a",
    attempt: 1,
  });

  test("are the last 10,000", () => {
    const logs = new Logs();
    for (let index = 0; index < 25_000; index++) logs.add(index % 2, line(`${index}`));
    const kept = logs.kept();
    expect([kept.length, kept[0]?.text, kept.at(-1)?.text]).toEqual([10_000, "15000", "24999"]);
    expect(logs.kept(1)).toHaveLength(5_000);
  });

  test("have 4 MiB of text together, and 4,096 characters each", () => {
    const logs = new Logs();
    for (let index = 0; index < 3_000; index++) logs.add(1, line("x".repeat(5_000)));
    const kept = logs.kept();
    expect(kept).toHaveLength(1_024);
    expect(kept[0]?.text).toHaveLength(4_096);
    expect(kept[0]?.text.endsWith("…")).toBe(true);
  });
});
