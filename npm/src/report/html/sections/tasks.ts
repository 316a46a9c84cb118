import { bytes, duration } from "../../format.ts";
import type { Report, ReportTask } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { section, state, table } from "../parts.ts";

/** Longest output shown; the JSON report holds all of it. */
const MAX_OUTPUT = 4_000;

/** All tasks in words: everything the drawings show. */
export function tasks(report: Report): Html | null {
  if (report.tasks.length === 0) return null;
  const rows = report.tasks.map(row);
  return section(
    "tasks",
    "Tasks",
    table(
      "All tasks in the order of the plan",
      ["Task", "Status", "After", "Agent", { num: "Tries" }, { num: "Time" }, "Results"],
      rows,
    ),
  );
}

function row(task: ReportTask): Html {
  const parent = task.parent === null ? null : html` <span class="mute">in ${task.parent}</span>`;
  const reason = task.reason === null ? null : html`<br><span class="mute small">${task.reason}</span>`;
  const time = task.durationMs === null ? "–" : duration(task.durationMs);
  return html`<tr><td><b>${task.id}</b>${parent}<br><span class="small">${task.name}</span></td><td>${state(task.status)}${reason}</td><td>${task.after.length === 0 ? html`<span class="mute">–</span>` : task.after.join(", ")}</td><td class="tight">${task.agent ?? "–"}</td><td class="num">${task.attempts}</td><td class="num">${time}</td><td>${results(task)}</td></tr>
`;
}

function results(task: ReportTask): Html {
  const files = task.artifacts.map(
    (file) =>
      html`<li><span title="${file.path}">${file.name}</span> <span class="mute">${bytes(file.bytes)} · <span class="mono">${file.sha256.slice(0, 12)}</span></span></li>`,
  );
  const list =
    files.length === 0
      ? null
      : html`<details><summary>${files.length} ${files.length === 1 ? "file" : "files"}</summary><ul class="small">${files}</ul></details>`;
  const output = outputOf(task.output);
  const text =
    output === null ? null : html`<details><summary>output</summary><pre><code>${output}</code></pre></details>`;
  return list === null && text === null ? html`<span class="mute">–</span>` : html`${list}${text}`;
}

function outputOf(output: unknown): string | null {
  if (output === null || output === undefined) return null;
  const text = typeof output === "string" ? output : (JSON.stringify(output, null, 2) ?? "");
  if (text === "") return null;
  return text.length <= MAX_OUTPUT
    ? text
    : `${text.slice(0, MAX_OUTPUT)}\n… ${text.length - MAX_OUTPUT} more characters in report.json`;
}
