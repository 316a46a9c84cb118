import { existsSync, readFileSync } from "node:fs";
import { API_REPORT, apiReport } from "../api-report.mjs";
import { inRepo } from "../paths.mjs";

/** The committed description of the public API is that of the code. */
export async function api() {
  const committed = existsSync(inRepo(API_REPORT)) ? readFileSync(inRepo(API_REPORT), "utf8") : "";
  const now = apiReport();
  if (committed === now) return undefined;
  const before = new Set(committed.split("\n"));
  const after = new Set(now.split("\n"));
  const gone = committed.split("\n").filter((line) => !after.has(line));
  const come = now.split("\n").filter((line) => !before.has(line));
  return [
    ...gone.map((line) => `- ${line}`),
    ...come.map((line) => `+ ${line}`),
    `${API_REPORT} differs: if the change is meant, run \`npm run fix\` and commit the result`,
  ].join("\n");
}
