import type { EscalationView } from "../sessions/view.ts";
import { criterionTarget, criterionValue, criterionVerdict } from "./criteria.ts";
import { bytes, count, duration, factKind, isConfigured, moment, offset, percent } from "./format.ts";
import { code, escapeMarkdown as esc } from "./markdown/escape.ts";
import { type Column, table } from "./markdown/table.ts";
import type { Report, ReportTask } from "./types.ts";

/** The report as GitHub-flavoured Markdown, for a commit, an issue or a terminal. */
export function reportToMarkdown(report: Report): string {
  const parts = [
    `# ${esc(report.name)}`,
    headline(report),
    phases(report),
    escalations(report.escalations),
    section("Tasks", table(TASKS, report.tasks)),
    section("Success criteria", criteria(report)),
    section("Recoveries", recoveries(report)),
    section(
      "Resources",
      table(
        RESOURCES,
        report.tasks.filter((task) => task.started !== null),
      ),
    ),
    section("Alerts", alerts(report)),
    section("Facts", facts(report)),
    section("Artifacts", artifacts(report)),
    `Journal sequence ${report.asOfSeq}${isConfigured(report.configHash) ? `, configuration ${code(report.configHash)}` : ""}.`,
  ];
  return `${parts.filter((part) => part !== null).join("\n\n")}\n`;
}

const TASKS: readonly Column<ReportTask>[] = [
  { head: "Task", cell: (task) => esc(task.id) },
  { head: "Name", cell: (task) => esc(task.name) },
  { head: "Part of", cell: (task) => esc(task.parent ?? "") },
  { head: "After", cell: (task) => esc(task.after.join(", ")) },
  { head: "Status", cell: (task) => `${task.status}${task.reason === null ? "" : `: ${esc(task.reason)}`}` },
  { head: "Agent", cell: (task) => esc(task.agent ?? "") },
  { head: "Tries", right: true, cell: (task) => String(task.attempts) },
  { head: "Time", right: true, cell: (task) => (task.durationMs === null ? "" : duration(task.durationMs)) },
];

const RESOURCES: readonly Column<ReportTask>[] = [
  { head: "Task", cell: (task) => esc(task.id) },
  { head: "Memory reserved", right: true, cell: ({ resources }) => `${resources.memoryMb} MB` },
  { head: "Peak", right: true, cell: ({ resources }) => known(resources.memoryPeakBytes, bytes) },
  { head: "Cores", right: true, cell: ({ resources }) => String(resources.cpuCores) },
  { head: "CPU time", right: true, cell: ({ resources }) => known(resources.cpuMs, duration) },
  { head: "Disk reserved", right: true, cell: ({ resources }) => `${resources.diskMb} MB` },
  { head: "Disk used", right: true, cell: ({ resources }) => known(resources.diskBytes, bytes) },
];

function known(value: number | null, format: (value: number) => string): string {
  return value === null ? "unknown" : format(value);
}

function headline(report: Report): string {
  const { totals, durations } = report;
  const ended = report.ended === null ? "" : `, ended ${moment(report.ended)}`;
  return [
    `**${report.status}** (${report.outcome}), ${percent(report.percentage)}: ${totals.byStatus.completed} of ${count(totals.tasks, "task")} completed, ${totals.criteria.met} criteria met and ${totals.criteria.missed} missed, in ${duration(durations.totalMs)}.`,
    "",
    `Session ${code(report.session)}, started ${moment(report.started)}${ended}.`,
  ].join("\n");
}

function section(title: string, body: string | null): string | null {
  return body === null ? null : `## ${title}\n\n${body}`;
}

function phases(report: Report): string | null {
  const lines = report.phases.map(
    (phase) =>
      `- **${esc(phase.name)}** ${phase.status} (${esc(phase.mode.replaceAll("_", " "))}): ${phase.tasks.map(esc).join(", ")}`,
  );
  return section("Phases", lines.length === 0 ? null : lines.join("\n"));
}

function escalations(items: readonly EscalationView[]): string | null {
  const lines = items.map((item) => {
    const answer =
      item.resolved === null
        ? `open, answer with ${code(`polyphon approve|retry|abort ${item.id}`)}`
        : `answered: ${item.decision ?? "closed"}`;
    const blocked = item.blockingTasks.length === 0 ? "" : `; holds up ${item.blockingTasks.map(esc).join(", ")}`;
    const advice = item.recommendedActions.map((action) => `\n  - ${esc(action)}`).join("");
    return `- **${esc(item.task)}** ${esc(item.issueType)} (${item.severity}), ${answer}${blocked}. ${esc(item.message)}${advice}`;
  });
  return section("Escalations", lines.length === 0 ? null : lines.join("\n"));
}

function criteria(report: Report): string | null {
  const rows = report.tasks.flatMap((task) => task.criteria.map((criterion) => ({ task, criterion })));
  return table(
    [
      { head: "Task", cell: ({ task }) => esc(task.id) },
      { head: "Criterion", cell: ({ criterion }) => esc(criterion.name) },
      { head: "Bound", right: true, cell: ({ criterion }) => criterionTarget(criterion) },
      {
        head: "Measured",
        right: true,
        cell: ({ criterion }) =>
          criterion.measured === null ? "" : criterionValue(criterion.name, criterion.measured),
      },
      { head: "Result", cell: ({ criterion }) => criterionVerdict(criterion) },
    ],
    rows,
  );
}

function recoveries(report: Report): string | null {
  return table(
    [
      { head: "At", right: true, cell: (item) => offset(item.at, report.started) },
      { head: "Task", cell: (item) => esc(item.task) },
      { head: "Try", right: true, cell: (item) => String(item.attempt) },
      { head: "Ended", cell: (item) => item.outcome },
      { head: "Error", cell: (item) => (item.error === null ? "" : esc(`${item.error.type}: ${item.error.message}`)) },
      {
        head: "Recovery",
        cell: (item) => (item.action === null ? "none" : `level ${item.level}, ${esc(item.action)}`),
      },
      { head: "Next try", cell: (item) => item.next ?? "none" },
    ],
    report.recoveries,
  );
}

function alerts(report: Report): string | null {
  return table(
    [
      { head: "Raised", right: true, cell: (alert) => offset(alert.raised, report.started) },
      { head: "Rule", cell: (alert) => esc(alert.rule) },
      { head: "Severity", cell: (alert) => alert.severity },
      { head: "Action", cell: (alert) => esc(alert.action) },
      {
        head: "Cleared",
        right: true,
        cell: (alert) => (alert.cleared === null ? "" : offset(alert.cleared, report.started)),
      },
      { head: "Details", cell: (alert) => esc(alert.details) },
    ],
    report.alerts,
  );
}

function facts(report: Report): string | null {
  return table(
    [
      { head: "Kind", cell: (fact) => factKind(fact.kind) },
      { head: "Fact", cell: (fact) => esc(fact.text) },
      { head: "Source", cell: (fact) => esc(fact.source) },
    ],
    report.facts,
  );
}

function artifacts(report: Report): string | null {
  const rows = report.tasks.flatMap((task) => task.artifacts.map((file) => ({ task, file })));
  return table(
    [
      { head: "Task", cell: ({ task }) => esc(task.id) },
      { head: "File", cell: ({ file }) => esc(file.path) },
      { head: "Size", right: true, cell: ({ file }) => bytes(file.bytes) },
      { head: "SHA-256", cell: ({ file }) => esc(file.sha256) },
    ],
    rows,
  );
}
