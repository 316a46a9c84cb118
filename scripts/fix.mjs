// `npm run fix`: formats Rust and TypeScript and writes generated files anew.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { API_REPORT, apiReport } from "./lib/api-report.mjs";
import { build } from "./lib/build.mjs";
import { pinnedNode } from "./lib/node.mjs";
import { inRepo } from "./lib/paths.mjs";
import { step } from "./lib/progress.mjs";
import { quietly } from "./lib/run.mjs";
import { rustEnv } from "./lib/steps/rust.mjs";
import { main } from "./lib/stop.mjs";

await main(async () => {
  await build();
  const env = await rustEnv();
  await step("rustfmt", () => quietly("cargo", ["fmt", "--all"], { env }));
  await step("biome", () =>
    quietly(pinnedNode(), [inRepo("node_modules/@biomejs/biome/bin/biome"), "check", "--write", "."]),
  );
  mkdirSync(dirname(inRepo(API_REPORT)), { recursive: true });
  writeFileSync(inRepo(API_REPORT), apiReport());
});
