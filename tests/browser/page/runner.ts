import type { TestApi } from "../../../npm/src/testing/store-contract.ts";

/** How one test came out. */
export interface Outcome {
  readonly name: string;
  /** Why it failed. */
  readonly error?: string;
}

/** A test runner small enough for a page: collects tests, runs one after the other. */
export class Runner implements TestApi {
  readonly #tests: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  #path: readonly string[] = [];

  describe(name: string, body: () => void): void {
    const outer = this.#path;
    this.#path = [...outer, name];
    body();
    this.#path = outer;
  }

  test(name: string, body: () => Promise<void>): void {
    this.#tests.push({ name: [...this.#path, name].join(" > "), body });
  }

  skip(name: string): void {
    throw new Error(`nothing is skipped here: ${name}`);
  }

  async run(): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const { name, body } of this.#tests) {
      try {
        await body();
        outcomes.push({ name });
      } catch (error) {
        outcomes.push({ name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    }
    return outcomes;
  }
}
