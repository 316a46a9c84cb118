import { criterionTarget, criterionValue } from "../../report/criteria.ts";
import { count, duration, percent } from "../../report/format.ts";
import type { Report, ReportTask } from "../../report/index.ts";
import { printable } from "./cells.ts";
import { stateWord, taskSign } from "./states.ts";
import type { Style } from "./style.ts";
import { formatTable } from "./table.ts";

/** A session on a page of terminal: a line per task, then what went wrong, then the verdict. */
export function summary(report: Report, style: Style): string {
  const rows = report.tasks.map((task) => [
    taskSign(task.status, style),
    (task.parent === null ? "" : "  ") + printable(task.id),
    printable(task.name),
    stateWord(task.status, style),
    task.attempts === 0 ? "" : String(task.attempts),
    task.durationMs === null ? "" : duration(task.durationMs),
    printable(task.agent ?? ""),
    criteria(task, style),
  ]);
  const columns = [{ head: "" }, { head: "TASK" }, { head: "NAME", max: 34 }, { head: "STATUS" }];
  const more = [
    { head: "TRIES", right: true },
    { head: "TIME", right: true },
    { head: "AGENT", max: 20 },
    { head: "CRITERIA" },
  ];
  return `${formatTable([...columns, ...more], rows)}\n${open(report, style)}${verdict(report, style)}`;
}

/** The measured values; what was missed with its bound. */
function criteria(task: ReportTask, style: Style): string {
  return task.criteria
    .map((criterion) => {
      const name = printable(criterion.name).replaceAll("_", " ");
      if (criterion.measured === null) return style.dim(`${name} not measured`);
      const measured = `${name} ${printable(criterionValue(criterion.name, criterion.measured))}`;
      return criterion.met === false ? style.bad(`${measured} (bound ${criterionTarget(criterion)})`) : measured;
    })
    .join(", ");
}

function open(report: Report, style: Style): string {
  return report.escalations
    .filter((item) => item.resolved === null)
    .map(
      (item) =>
        `${style.warn("‖")} ${printable(item.task)} waits for a person: ${printable(item.issueType)}. ${printable(item.message)}\n  ${item.id}\n`,
    )
    .join("");
}

function verdict(report: Report, style: Style): string {
  const { totals, durations } = report;
  const words = {
    met: style.good("✓ all criteria met"),
    missed: style.bad(`✗ ${report.status}: not everything was met`),
    waiting: style.warn("‖ waits for a person"),
    unfinished: style.info(`▶ ${report.status}`),
  }[report.outcome];
  const facts = [
    `${totals.byStatus.completed} of ${count(totals.tasks, "task")}`,
    percent(report.percentage),
    duration(durations.totalMs),
    count(totals.attempts, "try", "tries"),
  ];
  if (totals.recoveries > 0) facts.push(count(totals.recoveries, "recovery", "recoveries"));
  return `${words}  ${facts.join(" · ")}\nsession ${report.session}  ${style.dim(printable(report.name))}\n`;
}
