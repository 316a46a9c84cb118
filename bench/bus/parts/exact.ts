// One subject, one subscriber or a hundred: what an event emitter does.
import { EventEmitter } from "node:events";
import { Bus, type Message } from "polyphon";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "../../tasks/peers/load.ts";
import { type Contestant, takeTurns } from "../turns.ts";

const SUBJECT = "orders.eu.created";

interface Emitter {
  on(name: string, handler: (value: { readonly n: number }) => void): unknown;
  emit(name: string, value: { readonly n: number }): unknown;
}
interface Rx {
  readonly Subject: new () => {
    subscribe(handler: (value: { readonly n: number }) => void): unknown;
    next(value: { readonly n: number }): void;
  };
}

export async function exact(rows: Rows, subscribers: number): Promise<void> {
  const payload = { n: 1 };
  let heard = 0;
  const each = (call: () => void): Contestant => ({
    run: (calls) => {
      for (let made = 0; made < calls; made++) call();
    },
    heard: () => heard,
  });
  // Handlers differ, as they do in a program: none of the contestants can have one of them inlined.
  const add = (): void => {
    heard += 1;
  };
  const handlers = (): Handler[] => Array.from({ length: subscribers }, (_, index) => handler(index, add));
  const emitting = (emitter: Emitter): Contestant => {
    for (const each of handlers()) emitter.on(SUBJECT, each);
    return each(() => emitter.emit(SUBJECT, payload));
  };
  const metric = subscribers === 1 ? "exact_ns" : `exact_${subscribers}_ns`;
  await takeTurns(rows, metric, Math.ceil(2_000_000 / subscribers), {
    polyphon: () => {
      const bus = new Bus();
      for (let index = 0; index < subscribers; index++) bus.subscribe(SUBJECT, messageHandler(index, add));
      return each(() => bus.publish(SUBJECT, payload));
    },
    EventEmitter: () => emitting(new EventEmitter().setMaxListeners(1_000) as Emitter),
    eventemitter3: async () => {
      const { default: EventEmitter3 } = await loadPeer<{ readonly default: new () => Emitter }>("eventemitter3");
      return emitting(new EventEmitter3());
    },
    "rxjs Subject": async () => {
      const { Subject } = await loadPeer<Rx>("rxjs");
      const rx = new Subject();
      for (const each of handlers()) rx.subscribe(each);
      return each(() => rx.next(payload));
    },
  });
}

type Handler = (value: { readonly n: number }) => void;

function handler(index: number, add: () => void): Handler {
  const kinds: readonly Handler[] = [
    ({ n }) => (n > 0 ? add() : undefined),
    (value) => {
      if (value.n !== 0) add();
    },
    ({ n }) => {
      if (n < 2) add();
    },
    ({ n }) => {
      if (n === 1) add();
    },
    () => add(),
  ];
  return kinds[index % kinds.length] as Handler;
}

/** The same with the message around the value. */
function messageHandler(index: number, add: () => void): (message: Message) => void {
  const kinds: readonly ((message: Message<{ readonly n: number }>) => void)[] = [
    ({ payload }) => (payload.n > 0 ? add() : undefined),
    (message) => {
      if (message.payload.n !== 0) add();
    },
    ({ payload: { n } }) => {
      if (n < 2) add();
    },
    ({ payload }) => {
      if (payload.n === 1) add();
    },
    () => add(),
  ];
  return kinds[index % kinds.length] as (message: Message) => void;
}
