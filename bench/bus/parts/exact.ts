// One subject, one subscriber or a hundred: what an event emitter does.
import { EventEmitter } from "node:events";
import { Bus } from "polyphon";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "../../tasks/peers/load.ts";
import { takeTurns } from "../turns.ts";

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
  const { default: EventEmitter3 } = await loadPeer<{ readonly default: new () => Emitter }>("eventemitter3");
  const { Subject } = await loadPeer<Rx>("rxjs");
  const bus = new Bus();
  const events = new EventEmitter().setMaxListeners(1_000) as Emitter;
  const three = new EventEmitter3();
  const rx = new Subject();
  let sum = 0;
  // Handlers differ, as they do in a program: none of the contestants can have one of them inlined.
  const add = (n: number): void => {
    sum += n;
  };
  for (let index = 0; index < subscribers; index++) {
    const each = handler(index, add);
    bus.subscribe<{ readonly n: number }>(SUBJECT, messageHandler(index, add));
    events.on(SUBJECT, each);
    three.on(SUBJECT, each);
    rx.subscribe(each);
  }
  const payload = { n: 1 };
  const metric = subscribers === 1 ? "exact_ns" : `exact_${subscribers}_ns`;
  await takeTurns(rows, metric, Math.ceil(2_000_000 / subscribers), {
    polyphon: (calls) => {
      for (let call = 0; call < calls; call++) bus.publish(SUBJECT, payload);
    },
    EventEmitter: (calls) => {
      for (let call = 0; call < calls; call++) events.emit(SUBJECT, payload);
    },
    eventemitter3: (calls) => {
      for (let call = 0; call < calls; call++) three.emit(SUBJECT, payload);
    },
    "rxjs Subject": (calls) => {
      for (let call = 0; call < calls; call++) rx.next(payload);
    },
  });
  if (sum === 0 || bus.statistics.delivered !== bus.statistics.published * subscribers)
    throw new Error("messages were lost");
}

type Handler = (value: { readonly n: number }) => void;

function handler(index: number, add: (n: number) => void): Handler {
  const kinds: readonly Handler[] = [
    ({ n }) => add(n),
    ({ n }) => add(n + 1),
    (value) => add(value.n - 1),
    (value) => {
      if (value.n > 0) add(2);
    },
    () => add(1),
  ];
  return kinds[index % kinds.length] as Handler;
}

/** The same with the message around the value. */
function messageHandler(
  index: number,
  add: (n: number) => void,
): (message: { payload: { readonly n: number } }) => void {
  const kinds: readonly ((message: { payload: { readonly n: number } }) => void)[] = [
    ({ payload }) => add(payload.n),
    ({ payload }) => add(payload.n + 1),
    (message) => add(message.payload.n - 1),
    (message) => {
      if (message.payload.n > 0) add(2);
    },
    () => add(1),
  ];
  return kinds[index % kinds.length] as (message: { payload: { readonly n: number } }) => void;
}
