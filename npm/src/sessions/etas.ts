import type { Runtime } from "../runtime/runtime.ts";
import { lookAtEta } from "./live.ts";

/** The kernel's estimates of the time left of sessions somebody watches, each as of the last durable look. */
export class Etas {
  readonly #runtime: Pick<Runtime, "loop">;
  readonly #known = new Map<number, number | null>();
  /** Sessions that are looked at, and whether somebody asked since the look began. */
  readonly #asked = new Map<number, boolean>();
  readonly #changed: (session: number) => void;

  /** `changed` hears of each estimate that differs from the one told before. */
  constructor(runtime: Pick<Runtime, "loop">, changed: (session: number) => void) {
    this.#runtime = runtime;
    this.#changed = changed;
  }

  /** The estimate as far as it is known now; a newer one is looked for. */
  of(session: number): number | null {
    const asked = this.#asked.has(session);
    this.#asked.set(session, true);
    if (!asked) void this.#look(session);
    return this.#known.get(session) ?? null;
  }

  forget(session: number): void {
    this.#known.delete(session);
  }

  async #look(session: number): Promise<void> {
    try {
      // Whatever changed while one look was on its way is worth another.
      while (this.#asked.get(session) === true) {
        this.#asked.set(session, false);
        const etaMs = await this.#runtime.loop.read((kernel) => lookAtEta(kernel, session));
        if (etaMs === (this.#known.get(session) ?? null)) continue;
        this.#known.set(session, etaMs);
        this.#changed(session);
      }
    } catch {
      // The team is closed, or says by itself what is wrong with it: an estimate is not worth a failure of its own.
    } finally {
      this.#asked.delete(session);
    }
  }
}
