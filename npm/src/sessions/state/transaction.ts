import { PolyphonError } from "../../errors/error.ts";
import type { LockWish, Scope } from "../../wasm/codec.generated.ts";
import { byCodePoint } from "../../wasm/text-order.ts";
import { invalid } from "./errors.ts";
import type { Lock } from "./lock.ts";
import type { DraftChange, StatePort, StateUser, ValueName } from "./port.ts";

/** A value to be written with a transaction. */
export interface TransactionWrite {
  /** Default `shared`. */
  readonly scope?: Scope;
  /** Name of the agent whose private value it is. Default: the agent that writes. */
  readonly agent?: string;
  readonly name: string;
  /** A JSON value; `undefined` deletes. */
  readonly value: unknown;
  /** How long a temporary value lasts, in milliseconds. Default 300,000. */
  readonly ttlMs?: number;
  /** The version it must have; 0: it must not be there. */
  readonly expectedVersion?: number;
}

/** What is read with a transaction. */
export type TransactionRead = Pick<TransactionWrite, "scope" | "agent" | "name">;

type Order = readonly [scope: number, owner: string, name: string];

const SCOPES: readonly Scope[] = ["shared", "private", "temporary"];
const TTL_MS = 300_000;
const LEASE_MS = 30_000;

/**
 * Reads and writes of a session that happen as if nobody else were there: {@link Transaction.commit} writes all of it in one
 * commit, or refuses all of it when anything that was read has changed. Nothing of it is seen before.
 */
export class Transaction {
  readonly #port: StatePort;
  readonly #user: StateUser;
  readonly #why: string;
  readonly #checks = new Map<string, readonly [ValueName, number]>();
  readonly #writes = new Map<string, DraftChange["writes"][number]>();
  readonly #held = new Set<number>();
  readonly #release = new Set<number>();
  readonly #acquire = new Map<string, LockWish>();
  #isOver = false;

  /** Made by `begin` of a session's state. */
  constructor(port: StatePort, user: StateUser, why: string) {
    this.#port = port;
    this.#user = user;
    this.#why = why;
  }

  /** A value, with what the transaction wrote; what is read must not change before the commit. */
  async get<T = unknown>(what: TransactionRead | string): Promise<T | undefined> {
    this.#check();
    const name = this.#name(typeof what === "string" ? { name: what } : what);
    const place = placeOf(name);
    const written = this.#writes.get(place);
    if (written !== undefined) return written.value as T | undefined;
    await this.#port.session();
    const last = this.#port.values()?.find(name.scope, name.owner, name.name)?.last;
    const isOver = last === undefined || (last.expiresMs !== null && last.expiresMs <= this.#port.nowMs());
    const found = isOver || last.payload === null ? undefined : last;
    const known = this.#checks.get(place);
    // What was read before has changed: that is for the commit to refuse.
    if (known === undefined) this.#checks.set(place, [name, found?.version ?? 0]);
    return found === undefined ? undefined : ((await this.#port.read(found)) as T | undefined);
  }

  /** Adds a write; the last one of a value counts. */
  add(write: TransactionWrite): this {
    this.#check();
    const { value, expectedVersion, ttlMs } = write;
    const name = this.#name(write);
    if (ttlMs !== undefined && name.scope !== "temporary") throw invalid("only temporary values end");
    const place = placeOf(name);
    const lasts = name.scope === "temporary" && value !== undefined ? (ttlMs ?? TTL_MS) : null;
    this.#writes.set(place, { ...name, value, ttlMs: lasts });
    if (expectedVersion !== undefined) this.#checks.set(place, [name, expectedVersion]);
    return this;
  }

  /** Writes a shared value, or deletes it. */
  set(name: string, value: unknown): this {
    return this.add({ name, value });
  }

  /** The commit needs this lock to be held. */
  under(lock: Pick<Lock, "fence">): this {
    this.#check();
    this.#held.add(lock.fence);
    return this;
  }

  /** The commit gives this lock back, which must be held until then. */
  release(lock: Pick<Lock, "fence">): this {
    this.#check();
    this.#release.add(lock.fence);
    return this;
  }

  /** The commit takes a lock nobody has or waits for; `LOCK_HELD` otherwise. */
  acquire(
    name: string,
    options: { readonly shared?: boolean; readonly leaseMs?: number; readonly owner?: string } = {},
  ): this {
    this.#check();
    const { shared = false, leaseMs = LEASE_MS } = options;
    const owner = this.#user.attempt === null ? (options.owner ?? this.#port.nextOwner()) : this.#user.agent;
    this.#acquire.set(name, { name, shared, owner, attempt: null, lengthMs: leaseMs });
    return this;
  }

  /**
   * Writes everything as a whole; resolves when it is durable. Whatever refuses it (`VALUE_CONFLICT` names the value, `LOCK_HELD`
   * the lock, `LEASE_FENCED` the fence), nothing of it has happened.
   */
  async commit(): Promise<void> {
    this.#check();
    this.#isOver = true;
    const acquire = [...this.#acquire.values()].sort((a, b) => byCodePoint(a.name, b.name));
    await this.#port.change(
      {
        why: this.#why,
        checks: [...this.#checks.values()],
        writes: [...this.#writes.values()].sort((a, b) => compare(orderOf(a), orderOf(b))),
        held: [...this.#held],
        release: [...this.#release].sort((a, b) => a - b),
        acquire,
      },
      this.#user,
    );
  }

  /** Forgets everything. */
  rollback(): void {
    this.#isOver = true;
  }

  #check(): void {
    if (this.#isOver) {
      const message = "the transaction was committed or rolled back: begin another one.";
      throw new PolyphonError("VALUE_INVALID", { message, details: { rule: "a transaction ends once" } });
    }
  }

  #name({ scope = "shared", agent, name }: TransactionRead): ValueName {
    return { scope, owner: scope === "private" ? (agent ?? this.#user.agent) : "", name };
  }
}

function placeOf({ scope, owner, name }: ValueName): string {
  return `${scope}\n${owner}\n${name}`;
}

function orderOf({ scope, owner, name }: ValueName): Order {
  return [SCOPES.indexOf(scope), owner, name];
}

function compare(a: Order, b: Order): number {
  return a[0] - b[0] || byCodePoint(a[1], b[1]) || byCodePoint(a[2], b[2]);
}
