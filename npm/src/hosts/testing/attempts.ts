import type { Attempt, AttemptProgress, AttemptSink, ResourceUsage } from "../host.ts";

/** An attempt for tests; members not given have plain values. */
export function attemptOf(parts: Partial<Attempt> = {}): Attempt {
  return {
    id: "task_1.7",
    taskId: "task_1",
    key: "A1",
    sessionId: "session_1",
    agentId: "agent_1",
    number: 1,
    fence: 7,
    input: null,
    resources: { memoryMb: 512, cpuCores: 1, diskMb: 100 },
    timeoutMs: 60_000,
    graceMs: 1_000,
    ...parts,
  };
}

/** A sink that keeps what it is given. */
export class RecordingSink implements AttemptSink {
  readonly progressed: AttemptProgress[] = [];
  readonly logged: { readonly level: string; readonly text: string }[] = [];
  readonly used: ResourceUsage[] = [];
  readonly extended: number[] = [];
  readonly saved: unknown[] = [];
  /** Refuses every request for more time, and to save a state. */
  refusal: Error | undefined;

  progress(progress: AttemptProgress): void {
    this.progressed.push(progress);
  }

  log(level: "debug" | "info" | "warn" | "error", text: string): void {
    this.logged.push({ level, text });
  }

  usage(usage: ResourceUsage): void {
    this.used.push(usage);
  }

  async extend(ms: number): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.extended.push(ms);
  }

  async saveState(value: unknown): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.saved.push(value);
  }
}
