// What:  a session that had to try twice, and its report as Markdown, JSON and one self-contained HTML page.
// Run:   npm run example reports -- [FOLDER]     default: a temporary folder
// See:   the report as Markdown, and the paths of report.json and report.html; open the page in a browser.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildReport, Polyphon, reportToHtml, reportToJson, reportToMarkdown } from "polyphon/node";

await using team = await Polyphon.open();
team.agent("baker", { maxLoad: 2 }, (task, ctx) => {
  if (task.key === "bake" && ctx.attempt.number === 1)
    throw Object.assign(new Error("the oven did not answer"), { errorType: "network_error" });
  ctx.metric("quality", task.key === "taste" ? 0.93 : 1);
  return `${task.key}: done`;
});

const session = team.orchestrate({
  name: "bread",
  tasks: [
    { key: "knead" },
    { key: "heat", name: "Heat the oven" },
    { key: "bake", after: ["knead", "heat"] },
    { key: "taste", after: ["bake"], criteria: { quality: 0.9 } },
  ],
  recovery: { retryDelayMs: 20 },
});
await session.result;

const report = buildReport(await session.view());
const folder = process.argv[2] ?? (await mkdtemp(join(tmpdir(), "polyphon-report-")));
await writeFile(join(folder, "report.json"), reportToJson(report));
await writeFile(join(folder, "report.html"), reportToHtml(report));
console.log(reportToMarkdown(report));
console.log(join(folder, "report.html"));
process.exitCode = report.outcome === "met" && report.recoveries.length === 1 ? 0 : 1;
