// Many patterns: finding those that take a subject, and calling their handlers.
import { Bus } from "polyphon";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "../../tasks/peers/load.ts";
import { type Contestant, takeTurns } from "../turns.ts";

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

interface Peer2 {
  readonly default: { readonly EventEmitter2: new (options: object) => EventEmitter2 };
}
interface PeerMq {
  readonly default: (options: object) => MqEmitter;
}

/** Subjects that come again and again. */
const RECURRING = 1_000;

export async function wildcard(rows: Rows, count: number): Promise<void> {
  const payload = { n: 1 };
  let heard = 0;
  const hears = (): (() => void) => () => {
    heard += 1;
  };
  const patterns = Array.from({ length: count }, (_, index) => patternOf(index));
  const run = async (metric: string, subjectsOf: () => readonly string[], calls: number): Promise<void> => {
    const each = (call: (subject: string) => void): Contestant => {
      const subjects = subjectsOf();
      let next = 0;
      return {
        run: (calls) => {
          for (let made = 0; made < calls; made++) call(subjects[next++ % subjects.length] as string);
        },
        heard: () => heard,
      };
    };
    const contestants = {
      polyphon: () => {
        const bus = new Bus();
        for (const pattern of patterns) bus.subscribe(pattern, hears());
        return each((subject) => bus.publish(subject, payload));
      },
      eventemitter2: async () => {
        const { default: peer } = await loadPeer<Peer2>("eventemitter2");
        const emitter = new peer.EventEmitter2({ wildcard: true, delimiter: ".", maxListeners: 0 });
        for (const pattern of patterns) emitter.on(pattern.replace(/>$/, "**"), hears());
        return each((subject) => emitter.emit(subject, payload));
      },
      qlobber: async () => {
        const { Qlobber } = await loadPeer<{ readonly Qlobber: new (options: object) => Qlobber }>("qlobber");
        const qlobber = new Qlobber({ separator: ".", wildcard_one: "*", wildcard_some: ">" });
        for (const pattern of patterns) qlobber.add(pattern, hears());
        return each((subject) => {
          for (const handler of qlobber.match(subject)) handler();
        });
      },
      mqemitter: async () => {
        const { default: mqemitter } = await loadPeer<PeerMq>("mqemitter");
        const mq = mqemitter({ separator: ".", wildcardOne: "*", wildcardSome: ">", concurrency: 0 });
        for (const pattern of patterns) {
          mq.on(pattern, (_, done) => {
            heard += 1;
            done();
          });
        }
        return each((subject) => mq.emit({ topic: subject }));
      },
    };
    // `**` takes no token as well, so eventemitter2 may hear of more.
    await takeTurns(rows, metric, calls, contestants, ["eventemitter2"]);
  };
  const spread = Math.max(Math.floor(count / RECURRING), 1);
  const recurring = (): string[] =>
    Array.from({ length: RECURRING }, (_, n) => flat(`tenant.t${(n * spread) % count}.agent.done`));
  await run(`wildcard_${count}_ns`, recurring, 20_000);
  // Every subject once for each contestant: 20 rounds of 10,000.
  const fresh = (): string[] =>
    Array.from({ length: 200_000 }, (_, n) => flat(`tenant.t${(n * 7) % count}.agent${n}.done`));
  await run(`wildcard_${count}_fresh_ns`, fresh, 10_000);
}

/** One in three of each shape. A subject is taken by one pattern. */
function patternOf(index: number): string {
  return [`tenant.t${index}.*.done`, `tenant.t${index}.>`, `*.t${index}.*.done`][index % 3] as string;
}

/** A string made of parts is put together here and not in the first contestant that looks into it. */
function flat(text: string): string {
  return Buffer.from(text).toString("latin1");
}
