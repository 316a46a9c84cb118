import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { inRepo, root } from "../paths.mjs";

const REGISTRY = "core/kernel/src/registry";
/** Rust names its own codes by variant: `Malformed = "PROTOCOL_MALFORMED"`. */
const VARIANTS = "core/protocol/src/error.rs";

/** Every code somebody can be answered with is brought about by a test, or at least expected by one. */
export async function codes() {
  const registered = new Set(readdirSync(inRepo(REGISTRY)).flatMap((file) => codesOf(text(`${REGISTRY}/${file}`))));
  const said = new Set();
  const variants = variantsOf(text(VARIANTS));
  for (const file of testFiles()) {
    const content = testsOf(file, text(file));
    for (const [word] of content.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)) said.add(word);
    for (const [, variant] of content.matchAll(/\bCode::(\w+)/g)) said.add(variants.get(variant));
  }
  const missing = [...registered].filter((code) => !said.has(code)).sort();
  if (missing.length === 0) return undefined;
  return `no test names ${missing.join(", ")}\nwrite one that brings the code about, or take it out of ${REGISTRY}`;
}

const text = (file) => readFileSync(inRepo(file), "utf8");

function codesOf(source) {
  return [...source.matchAll(/^\s*code: "([A-Z0-9_]+)"/gm)].map(([, code]) => code);
}

function variantsOf(source) {
  return new Map([...source.matchAll(/^\s*(\w+) = "([A-Z0-9_]+)"/gm)].map(([, variant, code]) => [variant, code]));
}

/** Unit tests beside what they test, contract suites, and everything below `tests` but the simulator, which only counts. */
function testFiles() {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");
  return files.filter((file) => isTest(file) && !file.startsWith("tests/simulation/"));
}

function isTest(file) {
  if (!/\.(?:ts|mjs|rs)$/.test(file)) return false;
  return (
    /\.test\.(?:ts|mjs)$|(?:^|\/)tests\/|\/store-contract\//.test(file) || /^(?:core|bindings)\/.*\/src\//.test(file)
  );
}

/** The tests of a Rust module stand at its end. */
function testsOf(file, content) {
  if (!/\/src\/.*\.rs$/.test(file)) return content;
  const at = content.indexOf("#[cfg(test)]");
  return at < 0 ? "" : content.slice(at);
}
