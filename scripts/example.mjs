// `npm run example NAME -- [ARGUMENTS]`: builds what changed, then runs ts-examples/NAME/main.ts.
import { runNamed } from "./lib/named.mjs";
import { main } from "./lib/stop.mjs";

await main(() => runNamed({ kind: "example", folder: "ts-examples", argv: process.argv.slice(2) }));
