import type { Snapshot, StoreReader } from "../../stores/store.ts";
import { Kernel } from "../../wasm/kernel.ts";
import { frameTimeMs, visitLandmarks } from "../frame.ts";
import { Archiver, type Retention } from "../history/archiver.ts";
import { AgentMirror } from "../mirror/agents.ts";
import { restoreMirror } from "../mirror/restore.ts";
import type { Compaction } from "./messages.ts";

/**
 * Folds a journal beside its owner, with a kernel of its own. Every state hash the owner wrote is compared on the way, so
 * that replay = state is checked in production; snapshots are made here, where they stall nobody. Of the events it reads
 * nothing but where sessions begin and end: whoever wants more of the past folds it when it is asked for.
 */
export class Follower {
  readonly #reader: StoreReader;
  readonly #kernel: Kernel;
  readonly #archiver: Archiver;
  readonly #retention: Retention;
  #seq: number;
  #nowMs = 0;
  /** What was read and not folded yet: to begin anew with each part would read most of it again. */
  #frames: AsyncIterator<Uint8Array> | undefined;
  /** The newest snapshot, and the one before. */
  #snapshots: readonly [newer: number, older: number];

  private constructor(reader: StoreReader, kernel: Kernel, retention: Retention, start: Start) {
    this.#reader = reader;
    this.#kernel = kernel;
    this.#retention = retention;
    this.#seq = start.seq;
    this.#snapshots = [start.seq, 0];
    const id = (handle: number, openedMs: number): string => kernel.id("session", handle, openedMs);
    const payloads = {
      load: (key: string) => reader.payload(key),
      hash: (bytes: Uint8Array) => kernel.payloadHash("", bytes),
    };
    this.#archiver = new Archiver({ reader, retention, agents: start.agents, id, payloads }, start.open, start.seq);
  }

  /** Begins at the newest snapshot. */
  static async open(reader: StoreReader, module: WebAssembly.Module, retention: Retention): Promise<Follower> {
    const snapshot = await reader.latestSnapshot();
    const empty = { partition: 0, epoch: 0 };
    if (snapshot === undefined) {
      const start = { seq: 0, open: [], agents: new AgentMirror() };
      return new Follower(reader, new Kernel(module, empty), retention, start);
    }
    const kernel = new Kernel(module, { ...empty, snapshot: snapshot.bytes });
    const { seq, sessions, agents } = restoreMirror(snapshot.bytes);
    const open = [...sessions.values()].filter((session) => session.endedMs === null).map(({ handle }) => handle);
    return new Follower(reader, kernel, retention, { seq, open, agents });
  }

  /** Sequence up to which the journal was folded. */
  get seq(): number {
    return this.#seq;
  }

  /** Events since the newest snapshot. */
  get sinceSnapshot(): number {
    return this.#seq - this.#snapshots[0];
  }

  /** Folds what is durable behind {@link Follower.seq}, at most about `limit` events. `STORE_CORRUPT` when it does not fit. */
  async advance(limit: number): Promise<void> {
    const end = this.#seq + limit;
    while (this.#seq < end) {
      this.#frames ??= this.#reader.read(this.#seq + 1)[Symbol.asyncIterator]();
      const { done, value: frame } = await this.#frames.next();
      if (done === true) {
        this.#frames = undefined;
        return;
      }
      this.#kernel.replay(frame);
      this.#seq = visitLandmarks(frame, this.#archiver);
      this.#nowMs = frameTimeMs(frame);
    }
  }

  /** The state as of {@link Follower.seq}. */
  snapshot(): Snapshot {
    this.#snapshots = [this.#seq, this.#snapshots[0]];
    return { seq: this.#seq, stateHash: this.#kernel.stateHash(), bytes: this.#kernel.snapshot() };
  }

  /** What may go once that snapshot is kept; `undefined` while nothing may. */
  async compaction(): Promise<Compaction | undefined> {
    const [newer, older] = this.#snapshots;
    const beforeSeq = Math.min(newer - this.#retention.events, older + 1);
    if (beforeSeq <= 1) return undefined;
    return { beforeSeq, ...(await this.#archiver.prepare(beforeSeq, newer, this.#nowMs)) };
  }
}

/** The state a follower begins with. */
interface Start {
  readonly seq: number;
  readonly open: readonly number[];
  readonly agents: AgentMirror;
}
