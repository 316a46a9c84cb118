// `npm run bench -- NAME [ARGUMENTS]`: builds what changed, then runs bench/NAME/main.ts.
import { runNamed } from "./lib/named.mjs";
import { main } from "./lib/stop.mjs";

await main(() => runNamed({ kind: "bench", folder: "bench", argv: process.argv.slice(2) }));
