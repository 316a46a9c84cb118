import type { CriterionView } from "../../../sessions/view.ts";
import { criterionTarget, criterionValue, criterionVerdict } from "../../criteria.ts";
import type { Report, ReportTask } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { badge, section, table } from "../parts.ts";

/** Every success criterion with its bound and what was measured. */
export function criteria(report: Report): Html | null {
  const rows = report.tasks.flatMap((task) =>
    task.criteria.map((criterion, index) => row(criterion, index === 0 ? name(task) : null)),
  );
  if (rows.length === 0) return null;
  const heads = ["Task", "Criterion", { num: "Bound" }, { num: "Measured" }, "Result"];
  return section("criteria", "Success criteria", table("Bounds and measured values, by task", heads, rows));
}

/** The cell that stands for all criteria of a task. */
function name(task: ReportTask): Html {
  return html`<th scope="rowgroup" rowspan="${task.criteria.length}">${task.id} <span class="mute name">${task.name}</span></th>`;
}

function row(criterion: CriterionView, first: Html | null): Html {
  const verdict = criterionVerdict(criterion);
  const measured = criterion.measured === null ? "–" : criterionValue(criterion.name, criterion.measured);
  const sign = {
    met: badge("completed", "met", verdict),
    missed: badge("failed", "missed", verdict),
    "not measured": badge("pending", "idle", verdict),
  }[verdict];
  return html`<tr>${first}<td>${criterion.name.replaceAll("_", " ")}</td><td class="num">${criterionTarget(criterion)}</td><td class="num">${measured}</td><td>${sign}</td></tr>
`;
}
