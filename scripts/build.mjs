// `npm run build`: everything up to npm/dist, only what changed.
import { build } from "./lib/build.mjs";
import { say } from "./lib/progress.mjs";
import { main } from "./lib/stop.mjs";

await main(async () => {
  await build();
  say("build is up to date");
});
