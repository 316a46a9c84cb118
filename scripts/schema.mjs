// Writes what follows from the configuration's schema: npm/schema/orchestrator.schema.json for editors, and the reference
// table of docs/configuration.md. `--check` writes nothing and fails when one of them is out of date.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { referenceInto } from "./lib/config/reference.mjs";
import { publishedSchema } from "./lib/config/schema.mjs";
import { pinnedNode } from "./lib/node.mjs";
import { inRepo } from "./lib/paths.mjs";
import { main } from "./lib/stop.mjs";

const SCHEMA = inRepo("npm", "schema", "orchestrator.schema.json");
const DOCS = inRepo("docs", "configuration.md");

// The schema is TypeScript, which older versions of Node do not read.
if (process.features.typescript) await main(generate);
else process.exitCode = spawnSync(pinnedNode(), process.argv.slice(1), { stdio: "inherit" }).status ?? 1;

async function generate() {
  const { annotatedSchema } = await import("../npm/src/config/json-schema.ts");
  const schema = annotatedSchema();
  const outputs = [
    { path: SCHEMA, text: `${JSON.stringify(publishedSchema(schema), null, 2)}\n` },
    { path: DOCS, text: referenceInto(read(DOCS), schema) },
  ];
  const stale = outputs.filter(({ path, text }) => read(path) !== text);
  if (process.argv.includes("--check")) {
    for (const { path } of stale) console.error(`out of date: ${path}; run node scripts/schema.mjs`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, text } of stale) writeFileSync(path, text);
  return 0;
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
