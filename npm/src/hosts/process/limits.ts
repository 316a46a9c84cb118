import type { Attempt, AttemptResources, ResourceUsage } from "../host.ts";
import { folderBytes } from "./disk.ts";
import type { GroupUsage } from "./group-usage.ts";
import type { ProcessTools } from "./tools.ts";

/** A bound that a program passed, in bytes. */
export interface LimitHit {
  readonly kind: "memory" | "disk";
  readonly limitBytes: number;
  readonly usedBytes: number;
}

export interface LimitHandlers {
  onUsage(usage: ResourceUsage): void;
  /** Called once per kind, the first time the bound is passed. */
  onLimit(hit: LimitHit): void;
}

const MIB = 1024 * 1024;
/** Least time between two looks at the disk, in milliseconds; a large folder is looked at less often. */
const DISK_INTERVAL_MS = 500;
/** Share of time that may go into looking at a folder: one part in this many. */
const DISK_SHARE = 10;

/** Measures what one program uses while it runs, and says when that is more than it may. */
export class LimitWatch {
  readonly #tools: ProcessTools;
  readonly #agentId: string;
  readonly #resources: AttemptResources;
  readonly #group: number;
  readonly #dir: string;
  readonly #handlers: LimitHandlers;
  #usage: GroupUsage | undefined;
  #diskBytes: number | null = null;
  #hit = new Set<string>();
  #cancelDisk: (() => void) | undefined;
  #pendingDisk: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(
    tools: ProcessTools,
    { agentId, resources }: Pick<Attempt, "agentId" | "resources">,
    group: number,
    dir: string,
    handlers: LimitHandlers,
  ) {
    this.#tools = tools;
    this.#agentId = agentId;
    this.#resources = resources;
    this.#group = group;
    this.#dir = dir;
    this.#handlers = handlers;
  }

  start(): void {
    this.#usage = this.#tools.monitor?.watch(this.#group, (usage) => this.#sampled(usage));
    if (this.#usage !== undefined) this.#tools.running.add(this.#agentId, this.#usage);
    this.#watchDisk(DISK_INTERVAL_MS);
  }

  /** Call it at once when the leader has ended. */
  leaderEnded(): void {
    this.#tools.monitor?.leaderEnded(this.#group);
  }

  /** Measures a last time and stops. */
  async finish(): Promise<ResourceUsage> {
    this.#ended = true;
    if (this.#usage !== undefined) this.#tools.running.remove(this.#agentId, this.#usage);
    this.#tools.monitor?.unwatch(this.#group);
    this.#cancelDisk?.();
    await this.#pendingDisk;
    await this.#measureDisk();
    return this.#now();
  }

  #sampled(usage: GroupUsage): void {
    this.#check("memory", this.#resources.memoryMb, usage.memoryBytes);
    this.#usage = usage;
    this.#handlers.onUsage(this.#now());
  }

  #watchDisk(delayMs: number): void {
    this.#cancelDisk = this.#tools.clock.after(delayMs, () => {
      const startedMs = this.#tools.clock.monoMs();
      this.#pendingDisk = this.#measureDisk().then(() => {
        const tookMs = this.#tools.clock.monoMs() - startedMs;
        if (!this.#ended) this.#watchDisk(Math.max(DISK_INTERVAL_MS, tookMs * DISK_SHARE));
      });
    });
  }

  async #measureDisk(): Promise<void> {
    this.#diskBytes = await folderBytes(this.#dir);
    this.#check("disk", this.#resources.diskMb, this.#diskBytes);
  }

  /** A bound of 0 is none. */
  #check(kind: LimitHit["kind"], limitMb: number, usedBytes: number): void {
    const limitBytes = limitMb * MIB;
    if (limitMb <= 0 || usedBytes <= limitBytes || this.#hit.has(kind)) return;
    this.#hit.add(kind);
    this.#handlers.onLimit({ kind, limitBytes, usedBytes });
  }

  #now(): ResourceUsage {
    const usage = this.#usage;
    return {
      ...(usage === undefined || this.#ended ? {} : { memoryBytes: usage.memoryBytes }),
      memoryPeakBytes: usage && usage.peakBytes > 0 ? usage.peakBytes : null,
      cpuMs: usage ? Math.round(usage.cpuMs) : null,
      diskBytes: this.#diskBytes,
    };
  }
}
