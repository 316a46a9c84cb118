import { readFileSync } from "node:fs";
import { inRepo } from "../paths.mjs";
import { quietly } from "../run.mjs";
import { rustEnv } from "../steps/rust.mjs";

const CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index";

/** Every crate comes from crates.io and, like every npm package that ships, under a licence deny.toml allows. */
export async function licences() {
  const allowed = new Set(allowList(readFileSync(inRepo("deny.toml"), "utf8")));
  const problems = [...(await crateProblems(allowed)), ...packageProblems(allowed)];
  return problems.length === 0 ? undefined : problems.join("\n");
}

async function crateProblems(allowed) {
  const { stdout } = await quietly("cargo", ["metadata", "--format-version", "1", "--locked"], {
    env: await rustEnv(),
  });
  const problems = [];
  for (const { name, version, license, source } of JSON.parse(stdout).packages) {
    if (source !== null && source !== CRATES_IO) problems.push(`crate ${name} ${version} comes from ${source}`);
    if (!isAllowed(license, allowed)) problems.push(`crate ${name} ${version}: licence ${license}`);
  }
  return problems;
}

function packageProblems(allowed) {
  const { packages } = JSON.parse(readFileSync(inRepo("package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([path, entry]) => path.startsWith("node_modules/") && !entry.dev && !entry.link)
    .filter(([, entry]) => !isAllowed(entry.license, allowed))
    .map(([path, entry]) => `npm ${path.slice("node_modules/".length)} ${entry.version}: licence ${entry.license}`);
}

/** Whether some way of reading an SPDX expression is allowed: one side of each OR, every side of each AND. */
export function isAllowed(expression, allowed) {
  if (typeof expression !== "string") return false;
  const tokens = expression.replaceAll("/", " OR ").match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let holds = both();
    while (tokens[at] === "OR") {
      at += 1;
      holds = both() || holds;
    }
    return holds;
  };
  const both = () => {
    let holds = single();
    while (tokens[at] === "AND") {
      at += 1;
      holds = single() && holds;
    }
    return holds;
  };
  const single = () => {
    if (tokens[at] === "(") {
      at += 1;
      const holds = either();
      at += 1;
      return holds;
    }
    let name = tokens[at++] ?? "";
    if (tokens[at] === "WITH") name = `${name} WITH ${tokens[at + 1]}`;
    if (name.includes(" WITH ")) at += 2;
    return allowed.has(name);
  };
  return either();
}

function allowList(toml) {
  const list = /^allow = \[([^\]]*)\]/m.exec(toml)?.[1] ?? "";
  return [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
}
