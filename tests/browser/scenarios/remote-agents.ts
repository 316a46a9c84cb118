import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Bus } from "../../../npm/src/bus/bus.ts";
import { acceptAgents, agentRights } from "../../../npm/src/hosts/remote/door.ts";
import { Polyphon } from "../../../npm/src/node.ts";
import type { Session } from "../../../npm/src/sessions/session.ts";
import type { Team } from "../../../npm/src/team/team.ts";
import { memoryTransport } from "../../../npm/src/transports/memory/memory-transport.ts";
import { webSocketServer } from "../../../npm/src/transports/websocket/server.ts";
import { TcpProxy } from "../../contract/tcp-proxy.ts";
import { inTab, openTab, type Stage } from "../stage.ts";

/** Agents in tabs that take tasks of a team in this process, over connections that are cut. */
export async function remoteAgents(stage: Stage): Promise<void> {
  const { checks } = stage;
  const hub = new Bus({ node: "hub" });
  const team = await Polyphon.open({ agents: { unresponsiveMs: 5_000, removeMs: 120_000 } });
  const permits = agentRights();
  const server = await webSocketServer({
    heartbeatMs: 1_000,
    resumeMs: 1_000,
    authenticate: ({ origin, token }) =>
      origin === `http://127.0.0.1:${stage.port}` && token === "t"
        ? { name: "page", transport: memoryTransport(hub), permits }
        : undefined,
  });
  const door = acceptAgents(team, hub, { admit: ({ capabilities }) => ({ capabilities }) });
  const proxy = await TcpProxy.start(() => server.port);
  const url = `ws://127.0.0.1:${proxy.port}`;
  try {
    await checks.check("a tab's agent does a task of a team in Node, and says how far it is", () =>
      inTab(stage, async (page) => {
        await attach(page, url, "plain");
        const logs: string[] = [];
        const heard = team.logs$.subscribe(({ text }) => logs.push(text));
        const session = start(team, "plain");
        await begun(page);
        await page.evaluate(() => window.kept?.go());
        assert.deepEqual(await outcome(session), ["completed", { a: "a done by a page" }, 1]);
        assert.deepEqual(logs, ["a in the page"]);
        heard.unsubscribe();
      }),
    );
    await checks.check("a page that is loaded again is the same agent and does again what it had", () =>
      inTab(stage, async (page) => {
        const name = await attach(page, url, "reload");
        const session = start(team, "reload");
        const before = await begun(page);
        await page.reload();
        await page.waitForFunction(() => window.lab !== undefined);
        assert.equal(await attach(page, url, "reload"), name);
        assert.deepEqual(await begun(page), before);
        await page.evaluate(() => window.kept?.go());
        assert.deepEqual(await outcome(session), ["completed", { a: "a done by a page" }, 1]);
        assert.equal((await team.agents()).filter((agent) => agent.name === name).length, 1);
      }),
    );
    await checks.check("a tab whose connection is cut goes on, and its report is taken once it is back", () =>
      inTab(stage, async (page) => {
        await attach(page, url, "cut");
        const session = start(team, "cut");
        const [begin] = await begun(page);
        cut(proxy);
        await page.evaluate(() => window.kept?.go());
        proxy.refuse(false);
        assert.deepEqual(await outcome(session), ["completed", { a: "a done by a page" }, 1]);
        const seen = await page.evaluate(() => window.kept?.seen ?? []);
        assert.deepEqual(
          seen.filter((line) => line.startsWith("begin")),
          [begin],
        );
      }),
    );
    await checks.check("a tab that stays away loses its task to another, and its report is refused", () =>
      inTab(stage, async (page) => {
        await attach(page, url, "away");
        const session = start(team, "away");
        await begun(page);
        const lost = new Promise<void>((resolve) => {
          const subscription = team.events$.subscribe(({ type }) => {
            if (type !== "AgentLost") return;
            subscription.unsubscribe();
            resolve();
          });
        });
        cut(proxy);
        await lost;
        const near = team.agent("near", { capabilities: ["away"] }, () => "done here");
        assert.deepEqual(await outcome(session), ["completed", { a: "done here" }, 2]);
        await near.stop();
        await page.evaluate(() => window.kept?.go());
        proxy.refuse(false);
        await page.waitForFunction(() => window.kept?.seen.includes("trouble LEASE_FENCED"));
        assert.deepEqual(await outcome(start(team, "away")), ["completed", { a: "a done by a page" }, 1]);
      }),
    );
    await checks.check("a cancellation reaches the tab", () =>
      inTab(stage, async (page) => {
        await attach(page, url, "cancel");
        const session = start(team, "cancel");
        await begun(page);
        await session.cancel();
        await page.waitForFunction(() => window.kept?.seen.includes("stop a cancelled"));
        assert.equal((await session.result).status, "cancelled");
      }),
    );
    await checks.check("two tabs have two names, a duplicate of a tab a name of its own", async () => {
      const first = await openTab(stage);
      const second = await openTab(stage);
      const name = await attach(first, url, "twins");
      const other = await attach(second, url, "twins");
      assert.notEqual(name, other);
      const third = await openTab(stage);
      await third.evaluate((kept) => sessionStorage.setItem("polyphon:agent:page", kept), name);
      const duplicate = await attach(third, url, "twins");
      assert.ok(duplicate !== name && duplicate !== other, duplicate);
      for (const page of [first, second, third]) await page.close();
    });
    await checks.check("an agent in a Web Worker", () =>
      inTab(stage, async (page) => {
        await page.evaluate((to) => window.lab.workerAgent(to, "worker"), url);
        assert.deepEqual(await outcome(start(team, "worker")), ["completed", { a: "a done by a page" }, 1]);
      }),
    );
  } finally {
    await door.close();
    await proxy.close();
    await server.close();
    await team.close();
    await hub.close();
  }
}

/** Breaks what is connected, and lets nobody through. */
function cut(proxy: TcpProxy): void {
  proxy.refuse(true);
  proxy.cut();
}

/** Makes a page an agent that is known by what it alone can do; answers its name. */
function attach(page: Page, url: string, capability: string): Promise<string> {
  return page.evaluate(
    async ([to, can]) => {
      window.kept = await window.lab.pageAgent(to, can);
      return window.kept.name;
    },
    [url, capability] as const,
  );
}

function start(team: Team, need: string): Session {
  const tasks = [{ key: "a", needs: [need], timeoutMs: 120_000 }];
  return team.orchestrate({ tasks, recovery: { graceMs: 500 } });
}

/** What the page has begun, once it has. */
async function begun(page: Page): Promise<string[]> {
  await page.waitForFunction(() => window.kept?.seen.some((line) => line.startsWith("begin")));
  return page.evaluate(() => window.kept?.seen.filter((line) => line.startsWith("begin")) ?? []);
}

/** How a session ended, and how often its task was tried. */
async function outcome(session: Session): Promise<unknown> {
  const { status, outputs } = await session.result;
  return [status, outputs, (await session.view()).tasks[0]?.attempts];
}
