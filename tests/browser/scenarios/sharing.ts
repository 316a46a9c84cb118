import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inTab, openTab, type Stage } from "../stage.ts";

/** Tabs that share one journal: one owns it, the others use it through that one, and the next takes over. */
export async function sharing(stage: Stage): Promise<void> {
  const { checks } = stage;
  await checks.check("a second tab is served by the first: plans, progress, views and agents of both", () =>
    inTab(stage, (first) =>
      inTab(stage, async (second) => {
        assert.equal(await join(first, "served"), true);
        assert.equal(await join(second, "served"), false);
        await addAgent(first, "one");
        await addAgent(second, "two");
        const seen = await second.evaluate(async () => {
          const team = window.shared as NonNullable<typeof window.shared>;
          const session = team.orchestrate({
            tasks: [
              { key: "a", needs: ["one"], input: 1 },
              { key: "b", needs: ["two"], after: ["a"], input: 2 },
            ],
          });
          const percentages: number[] = [];
          session.progress$.subscribe(({ percentage }) => percentages.push(percentage));
          const { status, outputs } = await session.result;
          const { tasks } = await session.view();
          const agents = (await team.agents()).map(({ name }) => name.split("@")[0]);
          const ids = await team.sessions();
          return { status, outputs, count: tasks.length, last: percentages.at(-1), agents, ids: ids.length };
        });
        assert.deepEqual(seen, {
          status: "completed",
          outputs: { a: "one did 1", b: "two did 2" },
          count: 2,
          last: 100,
          agents: ["one", "two"],
          ids: 1,
        });
      }),
    ),
  );
  await checks.check("a refusal reaches the tab that asked", () =>
    inTab(stage, (first) =>
      inTab(stage, async (second) => {
        await join(first, "refused");
        await join(second, "refused");
        const codes = await second.evaluate(async () => {
          const team = window.shared as NonNullable<typeof window.shared>;
          const code = (error: { code: string }): string => error.code;
          const cycle = [
            { key: "a", after: ["b"] },
            { key: "b", after: ["a"] },
          ];
          return [
            await team.orchestrate({ tasks: cycle }).ready.catch(code),
            await team.session("session_01kdvdna00ecjsm8ysfc79ap2f").ready.catch(code),
          ];
        });
        assert.deepEqual(codes, ["TASK_CYCLE", "SESSION_UNKNOWN"]);
      }),
    ),
  );
  await checks.check("a journal somebody has for itself is not shared, until it lets go", () =>
    inTab(stage, async (first) => {
      await first.evaluate(async () => {
        const team = await window.lab.Polyphon.open("alone");
        const refusal = await window.lab.Polyphon.share("alone").catch((error: { code: string }) => error.code);
        if (refusal !== "STORE_LOCKED") throw new Error(`it was ${JSON.stringify(refusal)}`);
        await team.close();
        const shared = await window.lab.Polyphon.share("alone");
        if (!shared.isOwner) throw new Error("nobody owns it");
        await shared.close();
      });
    }),
  );
  await checks.check("an owner that closes its team lets the next tab take over", () =>
    inTab(stage, (first) =>
      inTab(stage, async (second) => {
        await join(first, "handed");
        await join(second, "handed");
        await first.evaluate(() => window.shared?.close());
        await second.waitForFunction(() => window.shared?.isOwner === true);
        assert.equal((await second.evaluate(() => window.shared?.health()))?.ok, true);
      }),
    ),
  );
  await checks.check("when the owner's tab closes the next takes over, and no acknowledged work is lost", () =>
    inTab(stage, async (second) => {
      const first = await openTab(stage);
      await join(first, "over");
      await join(second, "over");
      await addAgent(second, "two", true);
      await addAgent(first, "one", true);
      const ids = await second.evaluate(async () => {
        const team = window.shared as NonNullable<typeof window.shared>;
        const of = (need: string) =>
          team.orchestrate({ tasks: [{ key: "a", needs: [need], input: 7, timeoutMs: 300_000 }] });
        const sessions = [of("one"), of("two")];
        window.results = Promise.all(sessions.map(async ({ result }) => (await result).outputs));
        return Promise.all(sessions.map(({ ready }) => ready));
      });
      await first.waitForFunction(() => window.begun > 0);
      await second.waitForFunction(() => window.begun > 0);
      await first.close();
      await second.waitForFunction(() => window.shared?.isOwner === true);
      // What the closed tab had in hand goes to whoever can do it now.
      await addAgent(second, "one");
      await second.evaluate(() => window.go());
      assert.deepEqual(await second.evaluate(() => window.results), [{ a: "one did 7" }, { a: "two did 7" }]);
      const known = await second.evaluate((all) => Promise.all(all.map((id) => window.shared?.session(id).ready)), ids);
      assert.deepEqual(known, ids);
      // Its own attempt went on over the change: it was begun once.
      assert.equal(await second.evaluate(() => window.begun), 2);
    }),
  );
  await checks.check("a tab that is closed leaves its agents' work to others at once", () =>
    inTab(stage, async (first) => {
      const second = await openTab(stage);
      await join(first, "left");
      await join(second, "left");
      await addAgent(second, "both", true);
      const result = first.evaluate(async () => {
        const team = window.shared as NonNullable<typeof window.shared>;
        const tasks = [{ key: "a", needs: ["both"], input: 1, timeoutMs: 300_000 }];
        return (await team.orchestrate({ tasks }).result).outputs;
      });
      await second.waitForFunction(() => window.begun > 0);
      await second.close();
      await addAgent(first, "both");
      assert.deepEqual(await result, { a: "both did 1" });
    }),
  );
  await checks.check("an owner that hangs without dying is replaced within 5 s, and writes nothing any more", () =>
    inTab(stage, async (page) => {
      const seen = await page.evaluate(async () => {
        const owner = await window.lab.hangingOwner("hung");
        const team = await window.lab.Polyphon.share("hung");
        const agent = team.agent("one", { capabilities: ["one"] }, (task) => `one did ${task.input}`);
        await agent.ready;
        const before = await team.orchestrate({ tasks: [{ key: "a", needs: ["one"], input: 4 }] }).result;
        const { woken } = await owner.hang(9_000);
        const since = performance.now();
        const during = team.orchestrate({ tasks: [{ key: "a", needs: ["one"], input: 6 }] });
        while (!team.isOwner) await new Promise((resolve) => setTimeout(resolve, 20));
        const tookMs = performance.now() - since;
        const { outputs } = await during.result;
        const said = await woken;
        const sessions = (await team.sessions()).length;
        await team.close();
        return { isOwner: owner.isOwner, before: before.outputs, tookMs, outputs, said, sessions };
      });
      assert.ok(seen.tookMs < 5_000, `it took ${seen.tookMs} ms`);
      const { isOwner, before, outputs, said, sessions } = seen;
      assert.deepEqual(
        { isOwner, before, outputs },
        { isOwner: true, before: { a: "one did 4" }, outputs: { a: "one did 6" } },
      );
      // What the hung one had on its way took effect once, through the new owner.
      const { codes = [], ...rest } = said;
      assert.deepEqual(rest, { isOwner: false, outputs: { a: "one did 5" }, sessions: 3 });
      assert.ok(codes.includes("STORE_FENCED") || codes.includes("STORE_LOCKED"), `it was told ${codes}`);
      assert.equal(sessions, 3);
    }),
  );
  await checks.check("the bus of the team is every tab's", () =>
    inTab(stage, (first) =>
      inTab(stage, async (second) => {
        await join(first, "bus");
        await join(second, "bus");
        await first.evaluate(async () => {
          await window.shared?.bus.respond("double", ({ payload }) => (payload as number) * 2).ready;
        });
        const heard = await second.evaluate(async () => {
          const team = window.shared as NonNullable<typeof window.shared>;
          const events: string[] = [];
          await team.bus.subscribe<{ name: string }>("events", ({ payload }) => events.push(payload.name)).ready;
          const agent = team.agent("asks", { capabilities: ["asks"] }, (_task, ctx) => ctx.request("double", 21));
          await agent.ready;
          const { outputs } = await team.orchestrate({ tasks: [{ key: "a", needs: ["asks"] }] }).result;
          while (!events.includes("SessionEnded")) await new Promise((resolve) => setTimeout(resolve, 10));
          return { outputs, hasEvents: events.includes("TaskCompleted") };
        });
        assert.deepEqual(heard, { outputs: { a: 42 }, hasEvents: true });
      }),
    ),
  );
  await checks.check("a Web Worker and a page share a journal", () =>
    inTab(stage, async (page) => {
      await join(page, "with-worker");
      await addAgent(page, "one");
      assert.equal(await page.evaluate(() => window.lab.sharedInWorker("with-worker")), '{"a":"one did 3"}');
    }),
  );
}

/** Joins a shared team; answers whether this tab owns the journal. */
function join(page: Page, name: string): Promise<boolean> {
  return page.evaluate(async (journal) => {
    window.shared = await window.lab.Polyphon.share(journal);
    return window.shared.isOwner;
  }, name);
}

/** Adds an agent whose tasks wait for `go` when they are to be held. */
async function addAgent(page: Page, name: string, held = false): Promise<void> {
  await page.evaluate(
    async ([called, waits]) => {
      window.begun ??= 0;
      const gate = Promise.withResolvers<void>();
      if (waits) window.go = gate.resolve;
      else gate.resolve();
      const team = window.shared as NonNullable<typeof window.shared>;
      const agent = team.agent(called, { capabilities: [called] }, async (task) => {
        window.begun += 1;
        await gate.promise;
        return `${called} did ${task.input}`;
      });
      await agent.ready;
    },
    [name, held] as const,
  );
}
