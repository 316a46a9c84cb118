import { afterEach, expect, test } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import type { Store } from "../stores/store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { type AppendFault, faultyStore } from "../testing/faulty-store.ts";
import { KernelTrap } from "../wasm/kernel.ts";
import { loadKernel } from "../wasm/node.ts";
import { RETENTION } from "./history/retention.ts";
import { Runtime } from "./runtime.ts";
import { heldStore } from "./testing/held-store.ts";

const module = loadKernel();
const deaf = { happened() {}, ticked() {}, failed() {}, troubled() {}, logged() {}, beat() {} };
const open: Runtime[] = [];

afterEach(async () => {
  for (const runtime of open.splice(0)) await runtime.loop.idle();
});

async function openRuntime(store: Store): Promise<Runtime> {
  const directory = async (): Promise<string> => "/nowhere";
  const kept = { retention: RETENTION, snapshotEvents: 50_000 };
  const parts = { store, clock: new FakeClock(), module, node: "test", directory, ...kept };
  const runtime = await Runtime.open(parts, deaf);
  open.push(runtime);
  return runtime;
}

const spec = {
  key: "ada",
  agentType: "worker",
  capabilities: [],
  permission: "full",
  kind: "specialized",
  host: "function",
  priority: 0,
  maxLoad: 1,
  version: "",
  pool: null,
  heartbeatMs: 0,
} as const;

test("a read sees what was submitted before it, and is told only when that is durable", async () => {
  const { store, hold } = heldStore();
  const runtime = await openRuntime(store);
  const before = await runtime.loop.read((kernel) => kernel.lastSeq);
  const free = hold();
  const told: string[] = [];
  const agent = runtime.submit({ type: "RegisterAgent", spec }).then(() => told.push("answer"));
  const seen = runtime.loop.read((kernel) => kernel.lastSeq);
  void seen.then(() => told.push("read"));
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(told).toEqual([]);
  expect(runtime.loop.kernel.lastSeq).toBeGreaterThan(before);
  // One with nothing of its own before it rests on the same frame all the same.
  const late = runtime.loop.read((kernel) => kernel.lastSeq).then(() => told.push("late"));
  free();
  await Promise.all([agent, late]);
  expect(await seen).toBe(before + 1);
  expect(told.sort()).toEqual(["answer", "late", "read"]);
});

test.each<[AppendFault, number]>([
  ["fail", 0],
  ["fail-after-write", 1],
])("what was seen of a frame in doubt is looked at anew (%s)", async (fault, written) => {
  const next: { fault?: AppendFault } = {};
  const store = faultyStore(memoryStore(), {
    append: () => {
      const given = next.fault;
      delete next.fault;
      return given;
    },
  });
  const runtime = await openRuntime(store);
  const before = await runtime.loop.read((kernel) => kernel.lastSeq);
  next.fault = fault;
  const looks: number[] = [];
  const asked = runtime.submit({ type: "RegisterAgent", spec }).catch(() => undefined);
  const seen = await runtime.loop.read((kernel) => {
    looks.push(kernel.lastSeq);
    return kernel.lastSeq;
  });
  await asked;
  expect(looks).toEqual([before + 1, before + written]);
  expect(seen).toBe(before + written);
});

test("a look that fails rejects alone; one that breaks the kernel does so too, and the kernel is read back", async () => {
  const runtime = await openRuntime(memoryStore());
  await expect(
    runtime.loop.read(() => {
      throw new RangeError("not such a view");
    }),
  ).rejects.toThrow(RangeError);
  const { kernel } = runtime.loop;
  const broken = runtime.loop.read(() => {
    throw new KernelTrap("index out of bounds");
  });
  const behind = runtime.loop.read((kernel) => kernel.lastSeq);
  await expect(broken).rejects.toMatchObject({ code: "KERNEL_PANIC" });
  expect(await behind).toBe(kernel.lastSeq);
  expect(runtime.loop.kernel).not.toBe(kernel);
  expect(await runtime.submit({ type: "RegisterAgent", spec })).toBeGreaterThan(0);
});

test("a loop that stops answers the reads that wait, and takes no more", async () => {
  const { store, hold } = heldStore();
  const runtime = await openRuntime(store);
  const free = hold();
  const asked = runtime.submit({ type: "RegisterAgent", spec });
  const seen = runtime.loop.read((kernel) => kernel.lastSeq);
  await Promise.resolve();
  await Promise.resolve();
  const error = new PolyphonError("RUNTIME_DISPOSED", { message: "closed" });
  runtime.loop.stop(error);
  await expect(asked).rejects.toBe(error);
  await expect(seen).rejects.toBe(error);
  await expect(runtime.loop.read((kernel) => kernel.lastSeq)).rejects.toBe(error);
  free();
});
