import type { PhaseView } from "../../../sessions/view.ts";
import { count } from "../../format.ts";
import { type IconName, icon } from "../../svg/icons.ts";
import type { Report } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { section } from "../parts.ts";

const ICONS: Readonly<Record<PhaseView["status"], IconName>> = {
  pending: "pending",
  open: "running",
  passed: "completed",
  failed: "failed",
  skipped: "skipped",
};

/** The phases in their order; nothing for a plan without. */
export function phases(report: Report): Html | null {
  if (report.phases.length === 0) return null;
  const items = report.phases.map(
    (phase) =>
      html`<li>${icon(ICONS[phase.status], phase.status)}<span><b>${phase.name}</b> ${phase.status} <span class="mute">· ${phase.mode.replaceAll("_", " ")} · ${count(phase.tasks.length, "task")}</span></span></li>`,
  );
  return section("phases", "Phases", html`<ol class="phases">${items}</ol>`);
}
