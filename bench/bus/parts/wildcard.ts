// Many patterns: finding those that take a subject, and calling their handlers.
import { Bus } from "polyphon";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "../../tasks/peers/load.ts";
import { takeTurns } from "../turns.ts";

interface EventEmitter2 {
  on(name: string, handler: () => void): unknown;
  emit(name: string, value: unknown): unknown;
}
interface Qlobber {
  add(pattern: string, handler: () => void): unknown;
  match(subject: string): Iterable<() => void>;
}
interface MqEmitter {
  on(pattern: string, handler: (message: unknown, done: () => void) => void): unknown;
  emit(message: { readonly topic: string }, done?: () => void): unknown;
}

/** Subjects that come again and again. */
const RECURRING = 1_000;

export async function wildcard(rows: Rows, count: number): Promise<void> {
  const peer2 = await loadPeer<{
    readonly default: { readonly EventEmitter2: new (options: object) => EventEmitter2 };
  }>("eventemitter2");
  const qlobbers = await loadPeer<{ readonly Qlobber: new (options: object) => Qlobber }>("qlobber");
  const { default: mqemitter } = await loadPeer<{ readonly default: (options: object) => MqEmitter }>("mqemitter");
  const bus = new Bus();
  const two = new peer2.default.EventEmitter2({ wildcard: true, delimiter: ".", maxListeners: 0 });
  const qlobber = new qlobbers.Qlobber({ separator: ".", wildcard_one: "*", wildcard_some: ">" });
  const mq = mqemitter({ separator: ".", wildcardOne: "*", wildcardSome: ">", concurrency: 0 });
  const heard = { polyphon: 0, eventemitter2: 0, qlobber: 0, mqemitter: 0 };
  const hears = (name: keyof typeof heard) => (): void => {
    heard[name] += 1;
  };
  for (let index = 0; index < count; index++) {
    const pattern = patternOf(index);
    bus.subscribe(pattern, hears("polyphon"));
    two.on(pattern.replace(/>$/, "**"), hears("eventemitter2"));
    qlobber.add(pattern, hears("qlobber"));
    mq.on(pattern, (_, done) => {
      heard.mqemitter += 1;
      done();
    });
  }
  const payload = { n: 1 };
  const run = async (metric: string, subjects: readonly string[], calls: number): Promise<void> => {
    const next = { polyphon: 0, eventemitter2: 0, qlobber: 0, mqemitter: 0 };
    const subject = (name: keyof typeof next): string => subjects[next[name]++ % subjects.length] as string;
    await takeTurns(rows, metric, calls, {
      polyphon: (calls) => {
        for (let call = 0; call < calls; call++) bus.publish(subject("polyphon"), payload);
      },
      eventemitter2: (calls) => {
        for (let call = 0; call < calls; call++) two.emit(subject("eventemitter2"), payload);
      },
      qlobber: (calls) => {
        for (let call = 0; call < calls; call++) for (const handler of qlobber.match(subject("qlobber"))) handler();
      },
      mqemitter: (calls) => {
        for (let call = 0; call < calls; call++) mq.emit({ topic: subject("mqemitter") });
      },
    });
  };
  const spread = Math.max(Math.floor(count / RECURRING), 1);
  const recurring = Array.from({ length: RECURRING }, (_, n) => `tenant.t${(n * spread) % count}.agent.done`);
  await run(`wildcard_${count}_ns`, recurring, 20_000);
  // Every subject once for each contestant: 16 rounds of 10,000.
  const fresh = Array.from({ length: 160_000 }, (_, n) => flat(`tenant.t${(n * 7) % count}.agent${n}.done`));
  await run(`wildcard_${count}_fresh_ns`, fresh, 10_000);
  const same = new Set([heard.polyphon, heard.qlobber, heard.mqemitter]);
  if (heard.polyphon === 0 || same.size > 1) throw new Error(`they disagree: ${JSON.stringify(heard)}`);
}

/** One in three of each shape. A subject is taken by one pattern. */
function patternOf(index: number): string {
  return [`tenant.t${index}.*.done`, `tenant.t${index}.>`, `*.t${index}.*.done`][index % 3] as string;
}

/** A string made of parts is put together here and not in the first contestant that looks into it. */
function flat(text: string): string {
  return Buffer.from(text).toString("latin1");
}
