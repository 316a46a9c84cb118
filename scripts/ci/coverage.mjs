// Line coverage of core and of npm/src, measured and printed. Fails below the floor, which only goes up.
import { build } from "../lib/build.mjs";
import { rustCoverage } from "../lib/coverage/rust.mjs";
import { typescriptCoverage } from "../lib/coverage/typescript.mjs";
import { main } from "../lib/stop.mjs";

/** Per cent of lines; the aim is 95 and 90. */
const FLOORS = { core: 95, "npm/src": 94 };
const WORST_SHOWN = 12;

await main(async () => {
  await build();
  const core = await rustCoverage();
  const package_ = await typescriptCoverage();
  process.stdout.write(`\nline coverage (core with ${core.from}; npm/src with istanbul through vitest)\n`);
  const held = [show("core", core), show("npm/src", package_)];
  const failed = held.filter((ok) => !ok).length;
  process.stdout.write(`${held.length - failed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
});

function show(name, { covered, total, files }) {
  const percent = (100 * covered) / total;
  process.stdout.write(`${name}: ${percent.toFixed(1)} % of ${total} lines (floor ${FLOORS[name]} %)\n`);
  const gaps = files.map((file) => ({ ...file, missed: file.total - file.covered })).filter(({ missed }) => missed > 0);
  for (const { path, missed, total: lines } of gaps.sort((a, b) => b.missed - a.missed).slice(0, WORST_SHOWN)) {
    process.stdout.write(`    ${String(missed).padStart(4)} of ${String(lines).padStart(4)} lines not run: ${path}\n`);
  }
  return percent >= FLOORS[name];
}
