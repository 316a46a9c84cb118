import { afterEach, expect, test } from "vitest";
import { recover } from "../runtime/recovery.ts";
import { memoryDisk } from "../stores/memory/memory-disk.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { loadKernel } from "../wasm/node.ts";
import { Team } from "./team.ts";

const module = loadKernel();
const platform = { loadModule: () => module, directory: async () => "/nowhere" };
const teams: Team[] = [];
const keys = ["a", "b", "c", "d", "e", "good"];

afterEach(async () => {
  await Promise.all(teams.splice(0).map((team) => team.close()));
});

async function openTeam(disk = memoryDisk()): Promise<Team> {
  const team = await Team.open(platform, { module, store: memoryStore({ disk }) });
  teams.push(team);
  team.agent("worker", { maxLoad: 1 }, ({ key }) => {
    if (key !== "good") throw Object.assign(new Error("broken"), { errorType: "build_error" });
    return key;
  });
  return team;
}

/** Five tasks that fail for good, then a sound one, which the alert holds back. */
async function heldSession(team: Team): Promise<ReturnType<Team["orchestrate"]>> {
  const session = team.orchestrate({ tasks: keys.map((key) => ({ key })), recovery: { maxRetries: 0 } });
  for await (const event of session.events$) if (event.type === "AlertRaised") break;
  return session;
}

test("an alert that holds new tasks back says so until somebody resumes the session", async () => {
  const team = await openTeam();
  const session = await heldSession(team);
  const held = await session.view();
  expect(held.alerts).toMatchObject([{ rule: "high_failure_rate", action: "pause_new_tasks", holds: true }]);
  expect(held.tasks.at(-1)).toMatchObject({ id: "good", status: "ready" });
  await session.resume();
  await session.result;
  const { alerts, tasks } = await session.view();
  expect(alerts).toMatchObject([{ holds: false }]);
  expect(tasks.at(-1)?.status).toBe("completed");
});

test("a session that is read from a snapshot is held as before, and resumed as before", async () => {
  const disk = memoryDisk();
  const team = await openTeam(disk);
  const session = await heldSession(team);
  const id = await session.ready;
  await team.close();
  const store = memoryStore({ disk });
  const opened = await store.open();
  const { kernel, mirror } = await recover(store, opened, module);
  await store.putSnapshot({ seq: mirror.seq, stateHash: kernel.stateHash(), bytes: kernel.snapshot() });
  await store.close();

  const again = await openTeam(disk);
  expect((await again.session(id).view()).alerts).toMatchObject([{ holds: true }]);
  await again.session(id).resume();
  expect((await again.session(id).view()).alerts).toMatchObject([{ holds: false }]);
  await again.session(id).result;
});
