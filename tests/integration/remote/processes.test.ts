import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bus } from "../../../npm/src/bus/bus.ts";
import { acceptAgents, agentRights } from "../../../npm/src/hosts/remote/door.ts";
import { Polyphon } from "../../../npm/src/node.ts";
import type { Team } from "../../../npm/src/team/team.ts";
import { memoryTransport } from "../../../npm/src/transports/memory/memory-transport.ts";
import { webSocketServer } from "../../../npm/src/transports/websocket/server.ts";
import { TcpProxy } from "../../contract/tcp-proxy.ts";
import { Program } from "./program.ts";

const TIME = { timeout: 120_000 };
const closing: (() => Promise<unknown>)[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyphon-remote-"));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

function program(fixture: string, ...args: readonly string[]): Program {
  const started = new Program(fixture, args);
  closing.push(() => started.kill());
  return started;
}

/** A team with a door behind a WebSocket server, and a proxy before it. */
async function orchestrator(): Promise<{ team: Team; proxy: TcpProxy; url: string }> {
  const hub = new Bus({ node: "hub" });
  const team = await Polyphon.open({ agents: { unresponsiveMs: 4_000, removeMs: 60_000 } });
  const permits = agentRights();
  const server = await webSocketServer({
    heartbeatMs: 1_000,
    resumeMs: 1_000,
    authenticate: ({ token }) =>
      token === "t" ? { name: "satellite", transport: memoryTransport(hub), permits } : undefined,
  });
  const door = acceptAgents(team, hub, { admit: () => ({ capabilities: ["work"] }) });
  const proxy = await TcpProxy.start(() => server.port);
  closing.push(
    () => hub.close(),
    () => team.close(),
    () => door.close(),
    () => server.close(),
    () => proxy.close(),
  );
  return { team, proxy, url: `ws://127.0.0.1:${proxy.port}` };
}

/** Breaks what is connected, and lets nobody through. */
function cut(proxy: TcpProxy): void {
  proxy.refuse(true);
  proxy.cut();
}

test("an agent in another process does a task over a cut connection, once", TIME, async () => {
  const { team, proxy, url } = await orchestrator();
  const satellite = program("satellite.ts", url, "t", "far");
  await satellite.says("ready");
  const logs: string[] = [];
  team.logs$.subscribe(({ text }) => logs.push(text));
  const session = team.orchestrate({ tasks: [{ key: "a", needs: ["work"], timeoutMs: 60_000 }] });
  await satellite.says("begin a");
  cut(proxy);
  satellite.hear("go");
  proxy.refuse(false);
  const { status, outputs } = await session.result;
  expect([status, outputs]).toEqual(["completed", { a: "far did a" }]);
  expect((await session.view()).tasks[0]?.attempts).toBe(1);
  expect(satellite.lines.filter((line) => line.startsWith("begin"))).toHaveLength(1);
  expect(logs).toEqual(["far works on a"]);
});

test("an agent that stays away is lost, its report refused, and it comes back", TIME, async () => {
  const { team, proxy, url } = await orchestrator();
  const satellite = program("satellite.ts", url, "t", "far");
  await satellite.says("ready");
  const session = team.orchestrate({
    tasks: [{ key: "a", needs: ["work"], timeoutMs: 60_000 }],
    recovery: { graceMs: 500 },
  });
  await satellite.says("begin a");
  const lost = new Promise<void>((resolve) => {
    team.events$.subscribe(({ type }) => {
      if (type === "AgentLost") resolve();
    });
  });
  cut(proxy);
  await lost;
  team.agent("near", { capabilities: ["work"], maxLoad: 1 }, () => "near did a");
  expect((await session.result).outputs).toEqual({ a: "near did a" });
  satellite.hear("go");
  proxy.refuse(false);
  await satellite.says("trouble LEASE_FENCED");
  const again = team.orchestrate({ tasks: [{ key: "b", needs: ["work", "@far"], timeoutMs: 60_000 }] });
  expect((await again.result).outputs).toEqual({ b: "far did b" });
});

test("an agent whose process dies comes back under its name and does again what it had", TIME, async () => {
  const { team, url } = await orchestrator();
  const first = program("satellite.ts", url, "t", "far");
  const id = await first.says("ready");
  const session = team.orchestrate({ tasks: [{ key: "a", needs: ["work"], timeoutMs: 60_000 }] });
  const fence = await first.says("begin a");
  await first.kill();
  const second = program("satellite.ts", url, "t", "far");
  expect(await second.says("ready")).toBe(id);
  expect(await second.says("begin a")).toBe(fence);
  second.hear("go");
  expect((await session.result).outputs).toEqual({ a: "far did a" });
});

test("a stranger is refused at the door", TIME, async () => {
  const { team, url } = await orchestrator();
  const satellite = program("satellite.ts", url, "wrong", "far");
  expect(await satellite.says("refused")).toBe("TRANSPORT_DENIED");
  expect(await satellite.says("closed")).toBe("TRANSPORT_DENIED");
  expect(await team.agents()).toEqual([]);
});

test("an orchestrator that is killed goes on with the attempt its agent never stopped", TIME, async () => {
  const file = join(folder, "team.db");
  const first = program("orchestrator.ts", file, "0");
  let port = Number(await first.says("port"));
  const proxy = await TcpProxy.start(() => port);
  closing.push(() => proxy.close());
  const satellite = program("satellite.ts", `ws://127.0.0.1:${proxy.port}`, "t", "far");
  await satellite.says("begin a");
  const session = await first.says("session");
  cut(proxy);
  await first.kill();
  satellite.hear("go");
  const second = program("orchestrator.ts", file, "0", session);
  port = Number(await second.says("port"));
  proxy.refuse(false);
  expect(await second.says("completed")).toBe('{"a":"far did a"} after 1');
  expect(satellite.lines.filter((line) => line.startsWith("begin"))).toHaveLength(1);
});
