// The kernel alone: create (and assign), progress, complete with 10,000 live tasks, in wasm and native.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Command, writeRequest } from "../../npm/dist/wasm/codec.generated.js";
import { Kernel } from "../../npm/dist/wasm/kernel.js";
import { Writer } from "../../npm/dist/wasm/msgpack.js";
import { loadKernel } from "../../npm/dist/wasm/node.js";
import type { Rows } from "../lib/rows.ts";

const LIVE = 10_000;
const ROUNDS = 60;
const BATCH = 500;
const root = join(import.meta.dirname, "../..");

export async function kernelInWasm(rows: Rows): Promise<void> {
  const driver = new Driver();
  driver.step([{ type: "StartNode", epoch: 1, seed: 42, node: "bench" }]);
  const agent = driver.step([{ type: "RegisterAgent", spec: AGENT }]).answers[0]?.outcome;
  if (agent?.type !== "Accepted") throw new Error("the agent was refused");
  driver.step([{ type: "ReportAgentStarted", agent: agent.entity, start: null }]);
  for (let made = 0; made < LIVE; made += BATCH) driver.step(Array.from({ length: BATCH }, create));
  let commands = 0;
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    const fences = driver.fences.splice(0, BATCH);
    if (fences.length < BATCH) throw new Error("not every task was assigned");
    driver.step(fences.map((fence) => ({ type: "ReportProgress", fence, ppm: 500_000, message: "" })));
    driver.step(fences.map((fence) => ({ type: "CompleteTask", fence, report: REPORT, tolerated: null })));
    driver.step(fences.map(create));
    // Assigning is no command: the kernel grants a task in the step that creates it.
    commands += fences.length * 3;
  }
  const seconds = (performance.now() - began) / 1000;
  rows.add("kernel-wasm", "commands_per_second", commands / seconds, "1/s");
  rows.add("kernel-wasm", "size_gzip", sizeOf("kernel-fast.wasm"), "kB");
  rows.add("kernel-wasm", "size_for_pages_gzip", sizeOf("kernel.wasm"), "kB");
}

/** What a module takes on its way to a page, in kB. */
function sizeOf(name: string): number {
  const wasm = readFileSync(join(root, "npm/dist/wasm/generated", name));
  return gzipSync(wasm, { level: 9 }).length / 1000;
}

/** The same mix in Rust: `core/kernel/examples/throughput.rs` prints `commands_per_second N`. */
export async function kernelNative(rows: Rows): Promise<void> {
  const args = ["run", "--release", "--quiet", "-p", "polyphon-kernel", "--example", "throughput"];
  const { stdout, status } = spawnSync("cargo", args, { cwd: root, encoding: "utf8" });
  const found = /commands_per_second\D+([\d_.]+)/.exec(stdout)?.[1];
  if (status !== 0 || found === undefined) rows.say("kernel-native: skipped, cargo could not run the example");
  else rows.add("kernel-native", "commands_per_second", Number(found.replaceAll("_", "")), "1/s");
}

class Driver {
  readonly fences: number[] = [];
  readonly #kernel = new Kernel(loadKernel(), { partition: 0, epoch: 1 });
  readonly #writer = new Writer(1 << 20);
  #id = 0;

  step(commands: readonly Command[]): ReturnType<Kernel["step"]> {
    this.#writer.truncate(0);
    this.#writer.array(commands.length);
    for (const command of commands) {
      writeRequest(this.#writer, {
        id: ++this.#id,
        quiet: command.type !== "RegisterAgent",
        actor: "",
        tenant: "",
        idempotencyKey: null,
        cause: null,
        traceparent: null,
        command,
      });
    }
    const output = this.#kernel.step(this.#writer.bytes(), this.#id, 1_700_000_000_000);
    for (const { outcome } of output.answers)
      if (outcome.type === "Refused") throw new Error(`${outcome.refusal.code}: ${outcome.refusal.message}`);
    for (const effect of output.effects) if (effect.type === "Run") this.fences.push(effect.fence);
    return output;
  }
}

const AGENT = {
  key: "bench",
  agentType: "worker",
  capabilities: [],
  permission: "full",
  kind: "specialized",
  host: "function",
  priority: 0,
  maxLoad: 2 * LIVE,
  version: "",
  pool: null,
  heartbeatMs: 0,
} as unknown as Extract<Command, { type: "RegisterAgent" }>["spec"];

const REPORT = {
  metrics: [],
  output: null,
  artifacts: [],
  usage: { memoryPeakBytes: null, cpuMs: null, diskBytes: null },
  exitCode: null,
} as const;

function create(): Command {
  return {
    type: "Orchestrate",
    plan: {
      name: "",
      phases: [],
      classes: [],
      policy: { maxRetries: 2, retryDelayMs: 30_000, escalationThreshold: 3, graceMs: 60_000 },
      timeoutMs: 7_200_000,
      configHash: null,
    },
    tasks: [
      {
        key: "noop",
        name: "noop",
        parent: null,
        after: [],
        priority: "medium",
        class: null,
        demand: {
          agentType: null,
          needs: [],
          permission: "readonly",
          resources: { memoryMb: 0, cpuMilli: 0, diskMb: 0 },
          avoid: null,
        },
        timeoutMs: 600_000,
        criteria: [],
        input: null,
        totalTimeoutMs: null,
      },
    ],
    input: null,
  } as unknown as Command;
}
