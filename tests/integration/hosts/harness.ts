import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileArtifactKeeper } from "../../../npm/src/hosts/artifacts/file-keeper.ts";
import type { Attempt, AttemptResult, Program } from "../../../npm/src/hosts/host.ts";
import { type ProcessHost, processHost } from "../../../npm/src/hosts/process/host.ts";
import { processTable } from "../../../npm/src/hosts/process/linux/process-table.ts";
import { attemptOf, RecordingSink } from "../../../npm/src/hosts/testing/attempts.ts";
import { type Clock, systemClock } from "../../../npm/src/runtime/clock.ts";

export const FIXTURES: string = fileURLToPath(new URL("./fixtures/", import.meta.url));
export const IS_LINUX: boolean = process.platform === "linux";

/** A process host with folders of its own, for one test file. */
export class Bench {
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), "polyphon-hosts-")));
  readonly dir: string = join(this.root, "task");
  readonly kept: string = join(this.root, "artifacts");
  readonly teamId: string = `team_${process.pid}_${Math.random().toString(36).slice(2)}`;
  readonly clock: Clock = systemClock();
  readonly host: ProcessHost = processHost({
    clock: this.clock,
    teamId: this.teamId,
    artifacts: fileArtifactKeeper(this.kept),
  });
  #count = 0;

  /** Runs a fixture under node. */
  fixture(name: string, args: readonly string[] = [], parts: Parts = {}): Promise<Ran> {
    return this.run(
      { argv: [process.execPath, join(FIXTURES, name), ...args], cwd: FIXTURES, ...parts.program },
      parts,
    );
  }

  async run(program: Program, parts: Parts = {}): Promise<Ran> {
    const sink = parts.sink ?? new RecordingSink();
    const id = `task_x.${++this.#count}`;
    const attempt = attemptOf({ id, dir: this.dir, program, ...parts.attempt });
    const result = await this.host.run(attempt, sink, parts.signal ?? new AbortController().signal);
    return { result, sink, id };
  }

  async close(): Promise<void> {
    await this.host.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

export interface Parts {
  readonly attempt?: Partial<Attempt>;
  readonly program?: Partial<Program>;
  readonly signal?: AbortSignal;
  readonly sink?: RecordingSink;
}

export interface Ran {
  readonly result: AttemptResult;
  readonly sink: RecordingSink;
  /** Id of the attempt. */
  readonly id: string;
}

/** Waits, looking every few milliseconds, until the condition holds; the test's own timeout ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Whether a process runs; one that ended and was not waited for does not. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !IS_LINUX || stateOf(pid) !== "Z";
}

function stateOf(pid: number): string | undefined {
  return table?.stat(pid)?.state;
}

const table = processTable();
