// Runs before `npm pack` and `npm publish`: builds and puts the texts of the repository beside the package.
import { copyFileSync, cpSync, existsSync, rmSync } from "node:fs";
import { build } from "./lib/build.mjs";
import { inRepo } from "./lib/paths.mjs";
import { main } from "./lib/stop.mjs";

await main(async () => {
  await build();
  for (const text of ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]) {
    if (existsSync(inRepo(text))) copyFileSync(inRepo(text), inRepo("npm", text));
  }
  rmSync(inRepo("npm/docs"), { recursive: true, force: true });
  for (const text of ["cli.md", "configuration.md", "errors"]) {
    cpSync(inRepo("docs", text), inRepo("npm/docs", text), { recursive: true });
  }
});
