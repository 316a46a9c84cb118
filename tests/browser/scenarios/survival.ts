import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inTab, openTab, type Stage } from "../stage.ts";

/** Work that is under way when its page goes: loaded again, closed, crashed, or killed with the whole browser. */
export async function survival(stage: Stage): Promise<void> {
  const { checks, browser } = stage;
  await checks.check("a page that is loaded again in the middle goes on", () =>
    inTab(stage, async (page) => {
      const id = await begin(page, "reload");
      await page.reload();
      await page.waitForFunction(() => window.lab !== undefined);
      assert.deepEqual(await finish(page, "reload", id), FINISHED);
    }),
  );
  await checks.check("a tab that is closed in the middle goes on in another", async () => {
    const first = await openTab(stage);
    const id = await begin(first, "closed");
    await first.close();
    await inTab(stage, async (page) => assert.deepEqual(await finish(page, "closed", id), FINISHED));
  });
  await checks.check("a tab that crashes in the middle goes on in another", async () => {
    const first = await openTab(stage);
    const id = await begin(first, "crashed");
    const crashed = first.waitForEvent("crash");
    await first.goto("chrome://crash").catch(() => undefined);
    await crashed;
    await first.close();
    await inTab(stage, async (page) => assert.deepEqual(await finish(page, "crashed", id), FINISHED));
  });
  await checks.check("what was acknowledged survives the browser's death", async () => {
    const page = await openTab(stage);
    const id = await begin(page, "killed");
    await browser.kill();
    stage.context = await browser.start();
    await inTab(stage, async (again) => assert.deepEqual(await finish(again, "killed", id), FINISHED));
  });
}

const FINISHED = { status: "completed", outputs: { first: "kept", second: "kept and done" }, ran: ["second"] };

/** Starts a session and answers its id when the first of two tasks is done and the second is under way. */
function begin(page: Page, name: string): Promise<string> {
  return page.evaluate(async (journal) => {
    const team = await window.lab.Polyphon.open(journal);
    const started = Promise.withResolvers<void>();
    team.agent("worker", { capabilities: ["work"] }, async (task) => {
      if (task.key === "first") return "kept";
      started.resolve();
      return new Promise(() => undefined);
    });
    const session = team.orchestrate({
      tasks: [
        { key: "first", needs: ["work"] },
        { key: "second", needs: ["work"], after: ["first"] },
      ],
    });
    await started.promise;
    return session.ready;
  }, name);
}

/** Opens the journal again; answers how the session ended, and which tasks ran for it. */
function finish(page: Page, name: string, id: string): Promise<unknown> {
  return page.evaluate(
    async ([journal, sessionId]) => {
      const team = await window.lab.Polyphon.open(journal);
      const ran: string[] = [];
      team.agent("worker", { capabilities: ["work"] }, async (task, ctx) => {
        ran.push(task.key);
        return `${(await ctx.outputs()).first} and done`;
      });
      const { status, outputs } = await team.session(sessionId).result;
      await team.close();
      return { status, outputs, ran };
    },
    [name, id] as const,
  );
}
