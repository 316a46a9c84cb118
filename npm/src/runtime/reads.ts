import { PolyphonError } from "../errors/error.ts";
import { type Kernel, KernelTrap } from "../wasm/kernel.ts";

/** A look at the kernel that waits for the commands submitted before it. */
interface Read {
  /** Id of the first command it need not see. */
  readonly before: number;
  look(kernel: Kernel): unknown;
  settle(value: unknown): void;
  fail(error: Error): void;
}

/** What was seen, and may be told once everything it rests on is durable. */
interface Seen {
  readonly read: Read;
  readonly value: unknown;
}

/**
 * Reads out of the kernel. Its state is ahead of the disk: what is seen of it is told when the last frame that was on its
 * way is durable, and is looked at anew when that frame is in doubt.
 */
export class Reads {
  #waiting: Read[] = [];
  readonly #seen = new Map<object, Seen[]>();

  add<T>(before: number, look: (kernel: Kernel) => T): Promise<T> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ before, look, settle: settle as (value: unknown) => void, fail });
    });
  }

  /**
   * Looks for everybody whose commands were taken: those before `next`. What is seen rests on `flight`, if any.
   * Answers the trap when a look broke the kernel, which must then be replaced.
   */
  look(kernel: Kernel, next: number, flight: object | undefined): KernelTrap | undefined {
    while ((this.#waiting[0]?.before ?? Number.POSITIVE_INFINITY) <= next) {
      const read = this.#waiting.shift() as Read;
      try {
        const value = read.look(kernel);
        if (flight === undefined) read.settle(value);
        else this.#keep(flight, { read, value });
      } catch (error) {
        if (!(error instanceof KernelTrap)) {
          read.fail(error as Error);
          continue;
        }
        const message = `a look at the state broke the kernel, which is read back from the journal. ${error.message}`;
        read.fail(new PolyphonError("KERNEL_PANIC", { message, cause: error }));
        return error;
      }
    }
    return undefined;
  }

  /** Everything up to `flight` is durable. */
  release(flight: object): void {
    for (const { read, value } of this.#take(flight)) read.settle(value);
  }

  /** Whether `flight` is in the journal is not known: what was seen of it is worth nothing. */
  doubt(flights: readonly object[]): void {
    const again = flights.flatMap((flight) => this.#take(flight)).map(({ read }) => read);
    this.#waiting = [...again, ...this.#waiting];
  }

  fail(error: PolyphonError): void {
    const seen = [...this.#seen.values()].flat().map(({ read }) => read);
    this.#seen.clear();
    for (const read of [...seen, ...this.#waiting.splice(0)]) read.fail(error);
  }

  #keep(flight: object, seen: Seen): void {
    const kept = this.#seen.get(flight);
    if (kept === undefined) this.#seen.set(flight, [seen]);
    else kept.push(seen);
  }

  #take(flight: object): readonly Seen[] {
    if (this.#seen.size === 0) return [];
    const kept = this.#seen.get(flight) ?? [];
    this.#seen.delete(flight);
    return kept;
  }
}
