import type { Store, StoreOpened } from "../../stores/store.ts";
import { FrameChain } from "../frames.ts";

/** The functions of a test runner, for example of vitest or `node:test`. */
export interface TestApi {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: () => Promise<void>): unknown;
  skip(name: string, body: () => Promise<void>): unknown;
}

/** One store to test, closed, and the ways around it. */
export interface StoreSubject {
  readonly store: Store;
  /** A second store on the same data, closed, as another process would make one. */
  another(): Store;
  /** While nothing is open: replaces the bytes of the frame that begins at `firstSeq`, or removes it. */
  editFrame?(firstSeq: number, change: (bytes: Uint8Array) => Uint8Array | undefined): Promise<void>;
  /** While nothing is open: changes one byte of the snapshot at `seq`. */
  damageSnapshot?(seq: number): Promise<void>;
  teardown(): Promise<void>;
}

/** What a store can; `true`, or the reason why not. */
export interface StoreCapabilities {
  /** An append compares checksum and chain, not only sequence and epoch. */
  readonly checksFrames: true | string;
  /** The subject can change what is stored of a frame (`editFrame`). */
  readonly frameEdits: true | string;
  /** The subject can damage a snapshot (`damageSnapshot`), and the store can tell. */
  readonly snapshotEdits: true | string;
}

/** A subject in use: its store is open and `chain` makes the frames that come next. */
export interface Session extends StoreSubject {
  readonly chain: FrameChain;
  readonly opened: StoreOpened;
  /** Appends `count` frames, one event each unless told otherwise, and answers them. */
  fill(count: number, options?: { readonly events?: number; readonly bodyBytes?: number }): Promise<Uint8Array[]>;
  /** Closes the store and opens it again; the chain goes on in the new epoch. */
  restart(): Promise<StoreOpened>;
}

export interface Context {
  readonly can: StoreCapabilities;
  /** A test on an open, empty store. */
  test(name: string, body: (session: Session) => Promise<void>): void;
  /** A test on a store that is not open yet. */
  closedTest(name: string, body: (subject: StoreSubject) => Promise<void>): void;
  /** The context for tests that need a capability. */
  needing(capability: keyof StoreCapabilities): Context;
}

export function contextOf(make: () => Promise<StoreSubject>, can: StoreCapabilities, api: TestApi): Context {
  const context = (missing: string | undefined): Context => {
    const register = (name: string, body: () => Promise<void>): void => {
      if (missing === undefined) api.test(name, body);
      else api.skip(`${name} (skipped: ${missing})`, body);
    };
    const closedTest = (name: string, body: (subject: StoreSubject) => Promise<void>): void =>
      register(name, async () => {
        const subject = await make();
        try {
          await body(subject);
        } finally {
          await subject.store.close();
          await subject.teardown();
        }
      });
    return {
      can,
      closedTest,
      test: (name, body) => closedTest(name, async (subject) => body(await start(subject))),
      needing: (capability) => context(can[capability] === true ? missing : String(can[capability])),
    };
  };
  return context(undefined);
}

async function start(subject: StoreSubject): Promise<Session> {
  const opened = await subject.store.open();
  const chain = new FrameChain({ epoch: opened.epoch });
  return {
    ...subject,
    chain,
    opened,
    async fill(count, options = {}) {
      const frames: Uint8Array[] = [];
      for (let n = 0; n < count; n++) {
        const body = options.bodyBytes === undefined ? {} : { body: noise(options.bodyBytes, n) };
        const frame = await chain.next({ events: options.events ?? 1, ...body });
        await subject.store.append(frame, []);
        frames.push(frame);
      }
      return frames;
    },
    async restart() {
      await subject.store.close();
      const again = await subject.store.open();
      chain.epoch = again.epoch;
      return again;
    },
  };
}

/** Bytes that do not compress and differ by `seed`. */
export function noise(size: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = (seed + 1) * 0x9e3779b1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
