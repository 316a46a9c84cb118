import { Channel, type Stream } from "../runtime/stream.ts";
import { Call } from "./call.ts";
import type { Kit } from "./kit.ts";
import type { ObservablePolicy, PolicyCall, PolicyOptions, PolicyStatistics, RunOptions, Work } from "./policy.ts";

/** What all policies have in common: a name, events, totals, and the one place where a caller's abort ends the wait. */
export abstract class BasePolicy<E, S extends PolicyStatistics, F = never> implements ObservablePolicy<E, S, F> {
  readonly name: string;
  declare readonly "~fallback"?: () => F;
  /** @internal */
  protected readonly kit: Kit;
  /** @internal */
  protected readonly events: Channel<E>;
  #calls = 0;
  #succeeded = 0;
  #failed = 0;

  protected constructor(kit: Kit, kind: string, options: PolicyOptions) {
    this.kit = kit;
    this.name = options.name ?? kind;
    this.events = new Channel<E>(() => {
      this.onWatched();
      return [];
    });
  }

  get events$(): Stream<E> {
    return this.events.stream;
  }

  abstract get statistics(): S;

  run<T>(work: Work<T>, options?: RunOptions | PolicyCall): Promise<T | F> {
    const call = Call.of(options);
    const counted = (): Promise<T | F> => this.#count(work, call);
    return call === options || options?.signal === undefined ? counted() : call.race(counted);
  }

  /** @internal */
  protected abstract invoke<T>(work: Work<T>, call: Call): Promise<T | F>;

  /** Somebody is about to subscribe to the events. @internal */
  protected onWatched(): void {}

  /** A call came that goes through a gate. @internal */
  protected began(): void {
    this.#calls += 1;
  }

  /** It ended. @internal */
  protected ended(isFailed: boolean): void {
    if (isFailed) this.#failed += 1;
    else this.#succeeded += 1;
  }

  /** @internal */
  protected totals(): PolicyStatistics {
    const ended = this.#succeeded + this.#failed;
    return {
      calls: this.#calls,
      succeeded: this.#succeeded,
      failed: this.#failed,
      active: this.#calls - ended,
    };
  }

  /** @internal */
  protected tell(event: () => E): void {
    if (this.events.isObserved) this.events.next(event());
  }

  async #count<T>(work: Work<T>, call: Call): Promise<T | F> {
    this.#calls += 1;
    try {
      const result = await this.invoke(work, call);
      this.#succeeded += 1;
      return result;
    } catch (error) {
      this.#failed += 1;
      throw error;
    }
  }
}
