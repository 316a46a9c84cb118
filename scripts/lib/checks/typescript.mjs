import { npmVerdict } from "./tool.mjs";

export function biome() {
  return npmVerdict("@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]);
}

/** Sources, tests, benches and examples against the strict settings. */
export function types() {
  return npmVerdict("typescript/bin/tsc", ["-p", "tsconfig.json", "--pretty", "false"]);
}

/** What is said to run anywhere compiles without the types of Node. */
export function portable() {
  return npmVerdict("typescript/bin/tsc", ["-p", "npm/tsconfig.portable.json", "--pretty", "false"]);
}

/** Dead files, exports and dependencies. */
export function knip() {
  return npmVerdict("knip/bin/knip.js", ["--no-progress", "--no-config-hints"]);
}
