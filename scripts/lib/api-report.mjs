import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { inRepo } from "./paths.mjs";

export const API_REPORT = "docs/api-report.md";

const DIST = inRepo("npm/dist");

/** Every declaration that can be reached from an entry point of the package, one section per module, without comments. */
export function apiReport() {
  const { exports } = JSON.parse(readFileSync(inRepo("npm/package.json"), "utf8"));
  const entries = Object.entries(exports).filter(([, target]) => target.types !== undefined);
  const modules = new Set();
  const lines = ["<!-- Generated from npm/dist by `npm run fix`. Do not edit. -->", "# Public API of the package", ""];
  for (const [name, target] of entries) {
    const file = inRepo("npm", target.types);
    lines.push(`- \`${name.replace(/^\./, "polyphon")}\`: ${relative(DIST, file)}`);
    collect(file, modules);
  }
  for (const file of [...modules].sort()) {
    lines.push(
      "",
      `## ${relative(DIST, file)
        .replace(/\.d\.ts$/, "")
        .replaceAll("\\", "/")}`,
      "",
      "```ts",
    );
    lines.push(declarations(readFileSync(file, "utf8")), "```");
  }
  return `${lines.join("\n")}\n`;
}

function collect(file, into) {
  if (into.has(file) || !existsSync(file)) return;
  into.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    collect(join(dirname(file), path.replace(/\.(ts|js)$/, ".d.ts")), into);
  }
}

function declarations(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}
