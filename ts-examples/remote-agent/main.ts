// What:  an agent in another process takes tasks of this one over WebSocket; it is killed in the middle and started again.
// Run:   npm run example remote-agent
// See:   the same agent comes back, does again what it had in hand under the same fence, and the session completes.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Bus, memoryTransport, Polyphon } from "polyphon/node";
import { acceptAgents, agentRights } from "polyphon/remote";
import { webSocketServer } from "polyphon/websocket-server";

const hub = new Bus();
const team = await Polyphon.open();
// The name is that of the door, never one a message claims; it may attach agents and nothing else.
const server = await webSocketServer({
  authenticate: ({ token }) =>
    token === "secret" ? { name: "office", transport: memoryTransport(hub), permits: agentRights() } : undefined,
});
// What it can do is decided here as well.
const door = acceptAgents(team, hub, {
  admit: ({ name, source }) =>
    source === "office" && name === "translator" ? { capabilities: ["french"] } : undefined,
});

function translator(slow: boolean): ChildProcess {
  const program = fileURLToPath(new URL("agents/translator.ts", import.meta.url));
  const args = [program, `ws://127.0.0.1:${server.port}`, "secret"];
  return spawn(process.execPath, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, SLOW: slow ? "1" : "" },
  });
}

const first = translator(true);
const begun = new Promise<void>((resolve) => {
  team.logs$.subscribe(({ text }) => {
    console.log(text);
    resolve();
  });
});
const session = team.orchestrate({ tasks: [{ key: "greeting", needs: ["french"], input: "hello world" }] });
await begun;
first.kill("SIGKILL");
await once(first, "exit");
console.log("killed; its task waits for it");

const second = translator(false);
const { status, outputs } = await session.result;
console.log(status, outputs);

// It is told, and ends by itself.
const ended = once(second, "exit");
await team.drain();
await ended;
await door.close();
await server.close();
await team.close();
await hub.close();
