// A reporter for node's test runner that reports progress after every test: to the file named by POLYPHON_RESULTS, else to its destination.
// Usage: node --test --test-isolation=none --test-reporter=./tests/support/progress-reporter.ts FILE
import type { TestEvent } from "node:test/reporters";
import { report } from "./results.ts";

/**
 * Suites are announced when a file is loaded, their tests only when the suite begins: so every suite counts for the same part
 * of the whole, and the tests still unknown are estimated as one per suite not begun.
 */
export default async function* progress(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let suites = 0;
  let suitesDone = 0;
  let announced = 0;
  let ended = 0;
  let completed = 0;
  for await (const event of events) {
    if (event.type === "test:enqueue") {
      if (event.data.nesting === 0) suites += 1;
      else if (event.data.type === "test") announced += 1;
    }
    if (event.type !== "test:complete") continue;
    if (event.data.nesting > 0 && event.data.details.type === "test") {
      ended += 1;
      completed += 1;
      const percentage = Math.floor((100 * (suitesDone + ended / announced)) / suites);
      const remaining = announced - ended + (suites - suitesDone - 1);
      const result = { type: "progress", percentage, completed, remaining, message: event.data.name } as const;
      if (process.env.POLYPHON_RESULTS) report(result);
      else yield `${JSON.stringify(result)}\n`;
    } else if (event.data.nesting === 0) {
      suitesDone += 1;
      announced = 0;
      ended = 0;
    }
  }
}
