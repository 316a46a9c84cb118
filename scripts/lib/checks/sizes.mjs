import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { inRepo } from "../paths.mjs";

const budgets = () => JSON.parse(readFileSync(inRepo("scripts/lint/budgets.json"), "utf8"));

/** Sizes of what users download, each with its budget; all in bytes after gzip. */
async function measureSizes() {
  const { bundle } = await import("./bundle.mjs");
  const rows = [];
  for (const [name, budget] of Object.entries(budgets())) {
    const bytes = name.endsWith(".wasm")
      ? readFileSync(inRepo("npm/dist/wasm/generated", name))
      : await bundle(inRepo("npm/dist", name));
    rows.push({ name, gzip: gzipSync(bytes, { level: 9 }).length, budget });
  }
  return rows;
}

export async function sizes() {
  const rows = await measureSizes();
  for (const { name, gzip, budget } of rows) {
    process.stderr.write(`         ${name}: ${kB(gzip)} of at most ${kB(budget)} gzip\n`);
  }
  const over = rows.filter(({ gzip, budget }) => gzip > budget);
  return over.length === 0
    ? undefined
    : over.map(({ name, gzip, budget }) => `${name}: ${kB(gzip)}, budget ${kB(budget)}`).join("\n");
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
