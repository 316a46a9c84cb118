import type { Order } from "./wire.ts";

/** Where an attached agent takes its orders: the answers to its attachment. */
export class Seat {
  readonly instance: string;
  #orders: Order[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  constructor(instance: string) {
    this.instance = instance;
  }

  give(order: Order): void {
    if (this.#end !== undefined) return;
    this.#orders.push(order);
    this.#wake?.();
  }

  /** There are no more orders: it left, or `error` says why. Orders that were not taken yet are dropped. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#orders = [];
    this.#wake?.();
  }

  async *orders(): AsyncGenerator<Order, void> {
    for (;;) {
      while (this.#orders.length === 0 && this.#end === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
      const order = this.#orders.shift();
      if (order !== undefined) yield order;
      else if (this.#end?.error !== undefined) throw this.#end.error;
      else return;
    }
  }
}
