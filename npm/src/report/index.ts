export { buildReport, outcomeOf } from "./build.ts";
export { reportToHtml } from "./html.ts";
export { reportToJson } from "./json.ts";
export { reportToMarkdown } from "./markdown.ts";
export type {
  Outcome,
  Report,
  ReportArtifact,
  ReportDurations,
  ReportRecovery,
  ReportTask,
  ReportTotals,
} from "./types.ts";
