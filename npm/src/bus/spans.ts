import type { Clock } from "../runtime/clock.ts";
import { randomWords } from "../runtime/uuid.ts";
import type { TraceContext } from "../transports/transport.ts";

/** One request, from the call to its answer, as OpenTelemetry names the parts. */
export interface Span {
  readonly name: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Span that caused it; `undefined` at the root of a trace. */
  readonly parentSpanId: string | undefined;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  /** `undefined` while it runs. */
  readonly durationMs: number | undefined;
  readonly isFailed: boolean;
}

const [RUNNING, OK, FAILED] = [0, 1, 2];

/**
 * The newest spans, in a ring of fixed size. Ids are kept as numbers and written out when somebody looks; the generator
 * behind them is seeded by the platform and no secret. @internal
 */
export class Spans {
  readonly #capacity: number;
  readonly #clock: Clock;
  readonly #names: string[];
  readonly #parents: (TraceContext | undefined)[];
  /** Span id in the first two words, trace id of a root in the other four. */
  readonly #ids: Uint32Array;
  readonly #starts: Float64Array;
  readonly #durations: Float64Array;
  readonly #states: Uint8Array;
  #count = 0;
  #a: number;
  #b: number;

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity;
    this.#clock = clock;
    this.#names = new Array<string>(capacity).fill("");
    this.#parents = new Array<TraceContext | undefined>(capacity).fill(undefined);
    this.#ids = new Uint32Array(capacity * 6);
    this.#starts = new Float64Array(capacity);
    this.#durations = new Float64Array(capacity);
    this.#states = new Uint8Array(capacity);
    [this.#a, this.#b] = randomWords();
  }

  /** Recorded since the start. */
  get count(): number {
    return this.#count;
  }

  /** Begins one at `monoMs`; answers its number. */
  begin(name: string, parent: TraceContext | undefined, monoMs: number): number {
    const at = this.#count % this.#capacity;
    this.#names[at] = name;
    this.#parents[at] = parent;
    this.#starts[at] = monoMs;
    this.#states[at] = RUNNING;
    const word = at * 6;
    for (let step = 0; step < (parent === undefined ? 6 : 2); step++) this.#ids[word + step] = this.#draw();
    return this.#count++;
  }

  end(number: number, isFailed: boolean, monoMs: number): void {
    if (number + this.#capacity < this.#count) return;
    const at = number % this.#capacity;
    this.#durations[at] = monoMs - (this.#starts[at] as number);
    this.#states[at] = isFailed ? FAILED : OK;
  }

  /** The trace context for what happens within a span; its parent's when it is no longer kept. */
  contextOf(number: number): TraceContext | undefined {
    const at = number % this.#capacity;
    const parent = this.#parents[at];
    if (number + this.#capacity < this.#count) return undefined;
    const span = this.#hex(at * 6, 2);
    if (parent !== undefined) {
      const { traceparent } = parent;
      return { ...parent, traceparent: `${traceparent.slice(0, 36)}${span}${traceparent.slice(52)}` };
    }
    return { traceparent: `00-${this.#hex(at * 6 + 2, 4)}-${span}-01` };
  }

  /** Those that are kept, the oldest first. */
  all(): Span[] {
    const first = Math.max(this.#count - this.#capacity, 0);
    const offsetMs = this.#clock.wallMs() - this.#clock.monoMs();
    return Array.from({ length: this.#count - first }, (_, index) => {
      const at = (first + index) % this.#capacity;
      const context = this.contextOf(first + index)?.traceparent ?? "";
      return {
        name: this.#names[at] as string,
        traceId: context.slice(3, 35),
        spanId: context.slice(36, 52),
        parentSpanId: this.#parents[at]?.traceparent.slice(36, 52),
        startMs: (this.#starts[at] as number) + offsetMs,
        durationMs: this.#states[at] === RUNNING ? undefined : (this.#durations[at] as number),
        isFailed: this.#states[at] === FAILED,
      };
    });
  }

  /** xoroshiro64* (D. Blackman, S. Vigna); a word of 0 is passed over, since an id of zeros is none. */
  #draw(): number {
    for (;;) {
      const b = this.#b ^ this.#a;
      const drawn = Math.imul(this.#a, 0x9e3779bb) >>> 0;
      this.#a = ((this.#a << 26) | (this.#a >>> 6)) ^ b ^ (b << 9);
      this.#b = (b << 13) | (b >>> 19);
      if ((this.#a | this.#b) === 0) this.#a = 1;
      if (drawn !== 0) return drawn;
    }
  }

  #hex(from: number, words: number): string {
    let text = "";
    for (let at = from; at < from + words; at++) text += (this.#ids[at] as number).toString(16).padStart(8, "0");
    return text;
  }
}
