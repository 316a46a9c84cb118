import type { Answer, Command, StepOutput } from "../../../npm/src/wasm/codec.generated.ts";
import { writeRequest } from "../../../npm/src/wasm/codec.generated.ts";
import { Kernel } from "../../../npm/src/wasm/kernel.ts";
import { Writer } from "../../../npm/src/wasm/msgpack.ts";
import { loadKernel } from "../../../npm/src/wasm/node.ts";

/** The wasm module that is shipped. */
export const module = loadKernel();

/** Wall time at which every kernel here begins. */
const WALL_MS = 1_700_000_000_000;

/** A kernel of wasm with everything it wrote. */
export class Lab {
  readonly kernel: Kernel;
  readonly frames: Uint8Array[] = [];
  readonly outputs: StepOutput[] = [];
  monoMs = 1_000;
  #nextId = 1;

  constructor() {
    this.kernel = new Kernel(module, { partition: 0, epoch: 1 });
    this.step([{ type: "StartNode", epoch: 1, seed: 42, node: "lab" }]);
  }

  /** One step with one batch; its answers. */
  step(commands: readonly Command[], keys: readonly (string | null)[] = []): readonly Answer[] {
    return this.#take(this.encode(commands, keys));
  }

  /** One step with bytes that may be anything. */
  raw(batch: Uint8Array): StepOutput {
    this.#take(batch);
    return this.outputs.at(-1) as StepOutput;
  }

  pass(ms: number): void {
    this.monoMs += ms;
  }

  /** A batch of requests. */
  encode(commands: readonly Command[], keys: readonly (string | null)[] = []): Uint8Array {
    const writer = new Writer();
    writer.array(commands.length);
    commands.forEach((command, index) => {
      const id = this.#nextId++;
      const idempotencyKey = keys[index] ?? null;
      writeRequest(writer, {
        id,
        quiet: false,
        actor: "tester",
        tenant: "",
        idempotencyKey,
        cause: null,
        traceparent: null,
        command,
      });
    });
    return writer.bytes().slice();
  }

  #take(batch: Uint8Array): readonly Answer[] {
    const output = this.kernel.step(batch, this.monoMs, WALL_MS + this.monoMs);
    this.outputs.push(output);
    if (output.frame.length > 0) this.frames.push(output.frame);
    return output.answers;
  }
}

/** What frames lead to, from nothing or from a snapshot. */
export function replayed(frames: readonly Uint8Array[], snapshot?: Uint8Array): Kernel {
  const start = { partition: 0, epoch: 1 };
  const kernel = new Kernel(module, snapshot === undefined ? start : { ...start, snapshot });
  for (const frame of frames) kernel.replay(frame);
  return kernel;
}
