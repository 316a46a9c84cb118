import { isConfigured } from "./format.ts";
import { html, raw } from "./html/markup.ts";
import { alerts } from "./html/sections/alerts.ts";
import { criteria } from "./html/sections/criteria.ts";
import { graph, timeline } from "./html/sections/drawings.ts";
import { facts } from "./html/sections/facts.ts";
import { head } from "./html/sections/head.ts";
import { phases } from "./html/sections/phases.ts";
import { escalations, recoveries } from "./html/sections/recoveries.ts";
import { resources } from "./html/sections/resources.ts";
import { tasks } from "./html/sections/tasks.ts";
import { STYLE } from "./html/style.ts";
import { iconSheet } from "./svg/icons.ts";
import type { Report } from "./types.ts";

/** Nothing may be loaded and nothing may run, whatever a name contains. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one HTML file that needs nothing else: no script, no request, light and dark, made for print too. */
export function reportToHtml(report: Report): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${report.name} · ${report.status} · Polyphon</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${iconSheet()}
<a class="skip-link" href="#content">Skip to the report</a>
${head(report)}<main id="content">
${phases(report)}${escalations(report)}${graph(report)}${timeline(report)}${criteria(report)}${recoveries(report)}${resources(report)}${alerts(report)}${facts(report)}${tasks(report)}</main>
<footer><p>Polyphon · journal sequence ${report.asOfSeq}${isConfigured(report.configHash) ? html` · configuration <span class="mono">${report.configHash}</span>` : null} · times in UTC</p></footer>
</body>
</html>
`;
  return page.text;
}
