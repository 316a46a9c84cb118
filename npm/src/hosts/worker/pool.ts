import type { Clock } from "../../runtime/clock.ts";
import { AgentThread } from "./agent-thread.ts";
import type { ThreadData } from "./messages.ts";

export interface PoolOptions {
  readonly clock: Clock;
  /** Most threads. */
  readonly size: number;
  /** Time after which a thread that has nothing to do is ended, in milliseconds. */
  readonly idleMs: number;
}

/** Threads for the attempts of one host. A thread is used again by attempts with the same memory limit. */
export class ThreadPool {
  readonly #data: ThreadData;
  readonly #options: PoolOptions;
  readonly #idle = new Map<AgentThread, () => void>();
  readonly #waiting: (() => void)[] = [];
  #threads = 0;
  #isClosed = false;
  /** Whether the last thread stays, however long it has nothing to do. */
  isKept = false;

  constructor(data: ThreadData, options: PoolOptions) {
    this.#data = data;
    this.#options = options;
  }

  /** A thread with this heap limit, as soon as one is free. `undefined` when the wait was ended. */
  async take(memoryMb: number, signal: AbortSignal): Promise<AgentThread | undefined> {
    while (!signal.aborted) {
      const thread = this.#fitting(memoryMb) ?? this.#fresh(memoryMb);
      if (thread) return thread;
      await this.#freed(signal);
    }
    return undefined;
  }

  give(thread: AgentThread): void {
    if (thread.usable && !this.#isClosed) {
      const expire = (): void => {
        if (!this.isKept || this.#threads > 1) void this.#drop(thread);
      };
      this.#idle.set(thread, this.#options.clock.after(this.#options.idleMs, expire));
    } else {
      this.#threads--;
      void thread.end();
    }
    this.#waiting.shift()?.();
  }

  /** Puts away what threads that have nothing to do have prepared, and ends them; the others end when they are given back. */
  async close(signal?: AbortSignal): Promise<void> {
    this.#isClosed = true;
    const put = async (thread: AgentThread): Promise<void> => {
      try {
        if (signal !== undefined) await thread.dispose(signal);
      } finally {
        await this.#drop(thread);
      }
    };
    await Promise.all([...this.#idle.keys()].map(put));
  }

  #fitting(memoryMb: number): AgentThread | undefined {
    for (const [thread, cancelIdle] of this.#idle) {
      if (!thread.usable) void this.#drop(thread);
      else if (thread.memoryMb === memoryMb) {
        cancelIdle();
        this.#idle.delete(thread);
        return thread;
      }
    }
    return undefined;
  }

  #fresh(memoryMb: number): AgentThread | undefined {
    const [other] = this.#idle.keys();
    if (this.#threads >= this.#options.size && other) void this.#drop(other);
    if (this.#threads >= this.#options.size) return undefined;
    this.#threads++;
    return new AgentThread(this.#data, memoryMb, this.#options.clock);
  }

  async #drop(thread: AgentThread): Promise<void> {
    this.#idle.get(thread)?.();
    if (this.#idle.delete(thread)) this.#threads--;
    await thread.end();
  }

  #freed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        const at = this.#waiting.indexOf(wake);
        if (at !== -1) this.#waiting.splice(at, 1);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}
