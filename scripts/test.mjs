// `npm test`: cargo test, vitest and node:test over everything that needs neither engine nor browser.
// The last line is the sum: `N passed, N failed`.
import { build } from "./lib/build.mjs";
import { isMeasuring, measuredVitest } from "./lib/coverage/typescript.mjs";
import { main } from "./lib/stop.mjs";
import { cargoTest } from "./lib/suites/cargo.mjs";
import { nodeTest } from "./lib/suites/node.mjs";
import { runSuites } from "./lib/suites/table.mjs";
import { vitest } from "./lib/suites/vitest.mjs";

await main(async () => {
  await build();
  return runSuites([
    { name: "cargo test", run: cargoTest },
    { name: "vitest", run: isMeasuring ? measuredVitest : vitest },
    { name: "node --test", run: nodeTest },
  ]);
});
