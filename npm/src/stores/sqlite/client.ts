import { Worker } from "node:worker_threads";
import type { PolyphonError } from "../../errors/error.ts";
import { threadEntry } from "../../thread-entry.ts";
import { storeError } from "../store-error.ts";
import type { Role } from "./roles.ts";
import {
  type Answer,
  type AnswerOf,
  type ArgumentsOf,
  type Call,
  dispatch,
  fromFailure,
  type MethodOf,
  type Service,
} from "./service.ts";

/** Nothing of how the process was started concerns the thread; that Node 22 calls SQLite experimental concerns nobody. */
const EXEC_ARGV: string[] = ["--disable-warning=ExperimentalWarning"];

/** Where the database is worked: a thread of its own, or the caller's. */
export type StoreThread = "worker" | "caller";

/** Calls of a service, answered in the order they were made. */
export interface Client<S extends Service> {
  /** False once the thread is gone: every call is then rejected. */
  readonly alive: boolean;
  call<M extends MethodOf<S>>(
    method: M,
    args: ArgumentsOf<S, M>,
    transfer?: readonly ArrayBuffer[],
  ): Promise<AnswerOf<S, M>>;
  /** Closes the service and ends the thread. */
  close(): Promise<void>;
}

/** Starts the service of `role`. The thread keeps the process alive only while a call is unanswered. */
export async function startClient<S extends Service>(role: Role, thread: StoreThread): Promise<Client<S>> {
  if (thread === "worker") return new WorkerClient<S>(role);
  // Only here does SQLite come into this thread.
  const { startService } = await import("./roles.ts");
  return new CallerClient<S>(startService(role) as unknown as S);
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: PolyphonError) => void;
}

class WorkerClient<S extends Service> implements Client<S> {
  readonly #worker: Worker;
  /** Calls without an answer, in the order of both. */
  readonly #waiting: Waiting[] = [];
  readonly #name: string;
  readonly #exited: Promise<void>;
  #gone: PolyphonError | undefined;

  constructor(role: Role) {
    this.#name = role.config.name;
    this.#worker = new Worker(threadEntry(import.meta.url), {
      workerData: role,
      execArgv: EXEC_ARGV,
    });
    this.#worker.unref();
    this.#worker.on("message", (answer: Answer) => this.#settle(answer));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.#fail(undefined);
        resolve();
      });
    });
  }

  get alive(): boolean {
    return this.#gone === undefined;
  }

  call<M extends MethodOf<S>>(
    method: M,
    args: ArgumentsOf<S, M>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<AnswerOf<S, M>> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#worker.postMessage([String(method), args] satisfies Call, transfer);
      if (this.#waiting.length === 0) this.#worker.ref();
      this.#waiting.push({ resolve, reject });
    });
  }

  async close(): Promise<void> {
    if (this.alive) await this.call("close" as MethodOf<S>, [] as unknown as ArgumentsOf<S, MethodOf<S>>);
    this.#worker.ref();
    await this.#exited;
  }

  #settle([value, failure]: Answer): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    if (failure === undefined) waiting?.resolve(value as never);
    else waiting?.reject(fromFailure(failure));
  }

  #fail(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : "it ended";
    this.#gone ??= storeError("STORE_IO", `${this.#name}: the thread of the store is gone: ${why}`, {}, cause);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#gone);
  }
}

class CallerClient<S extends Service> implements Client<S> {
  readonly #service: S;
  readonly alive = true;

  constructor(service: S) {
    this.#service = service;
  }

  async call<M extends MethodOf<S>>(method: M, args: ArgumentsOf<S, M>): Promise<AnswerOf<S, M>> {
    try {
      return dispatch(this.#service, String(method), args as readonly unknown[]) as AnswerOf<S, M>;
    } finally {
      this.#service.rest?.();
    }
  }

  async close(): Promise<void> {
    this.#service.close();
  }
}
