// `npm run lint [-- NAME...]`: checks everything, changes nothing. `npm run fix` mends what can be mended.
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "./lib/build.mjs";
import { api } from "./lib/checks/api.mjs";
import { codes } from "./lib/checks/codes.mjs";
import { dependencies } from "./lib/checks/dependencies.mjs";
import { generated } from "./lib/checks/generated.mjs";
import { licences } from "./lib/checks/licences.mjs";
import { publint, typesOfPackage } from "./lib/checks/package.mjs";
import { clippy, rustfmt } from "./lib/checks/rust.mjs";
import { sizes } from "./lib/checks/sizes.mjs";
import { biome, knip, portable, types } from "./lib/checks/typescript.mjs";
import { packTarball } from "./lib/pack.mjs";
import { say } from "./lib/progress.mjs";
import { main, Stop } from "./lib/stop.mjs";

/** Each answers nothing when all is well, and otherwise what is wrong. */
const CHECKS = {
  rustfmt,
  clippy,
  biome,
  types,
  portable,
  generated,
  codes,
  api,
  sizes,
  dependencies,
  licences,
  publint,
  attw: typesOfPackage,
  knip,
};

await main(async () => {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !(name in CHECKS));
  if (unknown !== undefined) {
    throw new Stop(`There is no check "${unknown}"; there is: ${Object.keys(CHECKS).join(", ")}.`, { exitCode: 2 });
  }
  await build();
  return lint(names.length > 0 ? names : Object.keys(CHECKS));
});

async function lint(names) {
  const needsTarball = names.some((name) => CHECKS[name] === publint || CHECKS[name] === typesOfPackage);
  const tarball = needsTarball ? await packTarball() : "";
  let failed = 0;
  for (const name of names) {
    const problem = await CHECKS[name](tarball);
    say(`${name}: ${problem === undefined ? "ok" : "failed"}`);
    if (problem === undefined) continue;
    failed += 1;
    process.stderr.write(`${problem}\n\n`);
  }
  if (tarball !== "") rmSync(dirname(tarball), { recursive: true, force: true });
  process.stdout.write(`${names.length - failed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}
