import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { inRepo } from "../paths.mjs";

const budgets = () => JSON.parse(readFileSync(inRepo("scripts/lint/budgets.json"), "utf8"));

/** Says of an entry point that what it imports later counts as well. */
const WHOLE = " (whole)";

/** Sizes of what users download, each with its budget; all in bytes after gzip. Names joined by `+` have one budget together. */
async function measureSizes() {
  const rows = [];
  for (const [name, budget] of Object.entries(budgets())) {
    let gzip = 0;
    for (const part of name.split(" + ")) gzip += gzipSync(await contents(part), { level: 9 }).length;
    rows.push({ name, gzip, budget });
  }
  return rows;
}

async function contents(name) {
  if (name.endsWith(".wasm")) return readFileSync(inRepo("npm/dist/wasm/generated", name));
  const { bundle } = await import("./bundle.mjs");
  return bundle(inRepo("npm/dist", name.replace(WHOLE, "")), { whole: name.endsWith(WHOLE) });
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
