import { byCodePoint } from "../../wasm/text-order.ts";
import { retryConflicts } from "./errors.ts";
import { type Lock, takeLock } from "./lock.ts";
import type { LockOptions, LockView, WriteOptions } from "./options.ts";
import type { StatePort, StateUser } from "./port.ts";
import { Transaction } from "./transaction.ts";
import { Values } from "./values.ts";

/** How a transaction is made. */
export interface TransactionOptions {
  /** Why, for the history; at most 256 bytes. */
  readonly why?: string;
  /** Who asks, as an authenticated door says; for the history. */
  readonly actor?: string;
}

/** What the agents of a session share: values in one order of writes, locks, and changes that happen as a whole. */
export class SessionState {
  readonly #port: StatePort;
  readonly #user: StateUser;
  /** Values for every agent of the session. */
  readonly shared: Values;
  /** Values for every agent that are gone after a while. */
  readonly temporary: Values;

  /** Made by {@link Session.state} and for each try of an agent. */
  constructor(port: StatePort, user: StateUser) {
    this.#port = port;
    this.#user = user;
    this.shared = new Values(port, user, "shared", "");
    this.temporary = new Values(port, user, "temporary", "");
  }

  /** Values of one agent. An agent writes its own only; without a name they are those of the agent that asks. */
  private(agent: string = this.#user.agent): Values {
    return new Values(this.#port, this.#user, "private", agent);
  }

  /**
   * Takes a lock of the session; whoever came first has it first. It is only as good as its fence: give that with what is
   * written, so that a late write of a holder that lost it is refused. `LOCK_HELD` when the time to wait is over,
   * `LOCK_DEADLOCK` with the circle in `details.cycle`, `LOCK_LIMIT`, `LOCK_INVALID`, `SESSION_ENDED`.
   */
  lock(name: string, options: LockOptions = {}): Promise<Lock> {
    return takeLock(this.#port, name, this.#user, options);
  }

  /** Locks that are held or waited for, by name; who waits in the order of their turn. */
  async locks(): Promise<readonly LockView[]> {
    const session = await this.#port.session();
    const views = this.#port.locks.of(session).map(({ handle, wish, isHeld, untilMs }) => {
      const { name, shared, owner } = wish;
      return { name, shared, owner, fence: isHeld ? handle : null, untilMs };
    });
    return views.sort((a, b) => byCodePoint(a.name, b.name));
  }

  /** Begins a transaction. */
  begin({ why = "", actor }: TransactionOptions = {}): Transaction {
    return new Transaction(this.#port, { ...this.#user, actor }, why);
  }

  /**
   * Runs `work` in a transaction and commits it, again and again while others change what it read, at most 100 times. What
   * `work` throws rolls it back.
   */
  async transact<T>(work: (transaction: Transaction) => T | Promise<T>, options?: TransactionOptions): Promise<T> {
    return retryConflicts(async () => {
      const transaction = this.begin(options);
      const result = await work(transaction);
      await transaction.commit();
      return result;
    });
  }

  /**
   * Hands private values of one agent to another, as a whole: what a task knows goes on to its subtask. Default: all of them.
   * Answers their names.
   */
  async propagate(
    { from, to, names }: { readonly from: string; readonly to: string; readonly names?: readonly string[] },
    { why = `handed on by ${from}` }: Pick<WriteOptions, "why"> = {},
  ): Promise<readonly string[]> {
    return this.transact(
      async (transaction) => {
        const given = names ?? (await this.private(from).list()).map(({ name }) => name);
        for (const name of given) {
          const value = await transaction.get({ scope: "private", agent: from, name });
          if (value !== undefined) transaction.add({ scope: "private", agent: to, name, value });
        }
        return given;
      },
      { why },
    );
  }
}
