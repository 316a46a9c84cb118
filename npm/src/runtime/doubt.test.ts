import { afterEach, describe, expect, test } from "vitest";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { type AppendFault, faultyStore } from "../testing/faulty-store.ts";
import type { Command } from "../wasm/codec.generated.ts";
import { loadKernel } from "../wasm/node.ts";
import { RETENTION } from "./history/retention.ts";
import { Runtime } from "./runtime.ts";
import type { SubmitOptions } from "./waiting.ts";

const module = loadKernel();
const deaf = { happened() {}, ticked() {}, failed() {}, troubled() {}, logged() {}, beat() {} };
const open: Runtime[] = [];

afterEach(async () => {
  for (const runtime of open.splice(0)) await runtime.loop.idle();
});

async function openRuntime(): Promise<{ runtime: Runtime; next: { fault?: AppendFault } }> {
  const next: { fault?: AppendFault } = {};
  const store = faultyStore(memoryStore(), {
    append: () => {
      const { fault } = next;
      delete next.fault;
      return fault;
    },
  });
  const directory = async (): Promise<string> => "/nowhere";
  const kept = { retention: RETENTION, snapshotEvents: 50_000 };
  const parts = { store, clock: new FakeClock(), module, node: "test", directory, ...kept };
  const runtime = await Runtime.open(parts, deaf);
  open.push(runtime);
  return { runtime, next };
}

const resources = { memoryMb: 0, cpuMilli: 0, diskMb: 0 };
const plan = {
  name: "plan",
  phases: [],
  classes: [],
  policy: { maxRetries: 0, retryDelayMs: 0, escalationThreshold: 1, graceMs: 0 },
  timeoutMs: 60_000,
  configHash: new Uint8Array(32),
};
const demand = { agentType: null, needs: ["nobody"], permission: "readonly", resources, avoid: null } as const;
const task = {
  key: "a",
  name: "",
  parent: null,
  after: [],
  priority: "medium",
  class: null,
  demand,
  timeoutMs: 60_000,
  criteria: [],
  input: null,
  totalTimeoutMs: null,
} as const;
const agent = {
  key: "ada",
  agentType: "worker",
  capabilities: [],
  permission: "full",
  kind: "specialized",
  host: "function",
  priority: 0,
  maxLoad: 1,
  version: "1",
  pool: null,
  heartbeatMs: 0,
} as const;

/** Commands whose answer is not the event they begin with, and one whose answer is. */
function commands(session: number): [Command, SubmitOptions?][] {
  const entries: [string, { type: "Inline"; bytes: Uint8Array }][] = [
    ["tone", { type: "Inline", bytes: new Uint8Array([1]) }],
  ];
  return [
    [{ type: "Orchestrate", plan, tasks: [task], input: null }],
    [{ type: "RegisterAgent", spec: agent }],
    [{ type: "PauseSession", session, reason: "lunch" }],
    [{ type: "UpdateContext", session, entries }, { idempotencyKey: "calm" }],
    [{ type: "CancelSession", session, reason: "enough" }],
  ];
}

/** What each command is answered with; `fault` meets those of the given number. */
async function answers(doubtful?: number): Promise<number[]> {
  const { runtime, next } = await openRuntime();
  const session = await runtime.submit({ type: "Orchestrate", plan, tasks: [task], input: null });
  await runtime.submit({ type: "RegisterAgent", spec: agent });
  const entities: number[] = [];
  for (const [index, [command, options]] of commands(session).entries()) {
    if (index === doubtful) next.fault = "fail-after-write";
    entities.push(await runtime.submit(command, options));
    expect(next.fault).toBeUndefined();
  }
  return entities;
}

describe("a command whose append failed and that is in the journal all the same", () => {
  test.each(commands(0).map(([command], index) => [command.type, index] as const))(
    "%s is answered as if nothing had happened",
    async (_name, index) => {
      expect(await answers(index)).toEqual(await answers());
    },
  );
});
