import { bytes, duration, number } from "../../format.ts";
import type { Report, ReportTask } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { section, table } from "../parts.ts";

const MB = 1_048_576;

/** What each task reserved against what it used at most. */
export function resources(report: Report): Html | null {
  const shown = report.tasks.filter((task) => task.started !== null);
  if (shown.length === 0) return null;
  const scale = shown.reduce(
    (most, task) => Math.max(most, task.resources.memoryMb * MB, task.resources.memoryPeakBytes ?? 0),
    1,
  );
  const rows = shown.map((task) => row(task, scale));
  const legend = html`<ul class="legend"><li><span class="swatch room"></span>reserved</li><li><span class="swatch peak"></span>highest use</li></ul>`;
  const body = table(
    "Reserved and used, by task",
    [
      "Task",
      "Memory",
      { num: "Peak" },
      { num: "Reserved" },
      { num: "CPU time" },
      { num: "Cores" },
      { num: "Disk used" },
      { num: "Disk" },
      { num: "Time" },
      { num: "Limit" },
    ],
    rows,
  );
  return section("resources", "Resources", html`${body}${legend}`);
}

function row(task: ReportTask, scale: number): Html {
  const { resources } = task;
  const peak = resources.memoryPeakBytes;
  const over = peak !== null && peak > resources.memoryMb * MB;
  const share = (value: number): string => `${((value / scale) * 100).toFixed(1)}%`;
  const fill = peak === null ? null : html`<span class="peak" style="--p:${share(peak)}"></span>`;
  const bar = html`<span class="bar${over ? " over" : ""}" aria-hidden="true"><span class="room" style="--r:${share(resources.memoryMb * MB)}"></span>${fill}</span>`;
  return html`<tr><th scope="row">${task.id}</th><td class="wide">${bar}</td><td class="num">${known(peak, bytes)}${over ? html` <b>over</b>` : null}</td><td class="num">${bytes(resources.memoryMb * MB)}</td><td class="num">${known(resources.cpuMs, duration)}</td><td class="num">${number(resources.cpuCores)}</td><td class="num">${known(resources.diskBytes, bytes)}</td><td class="num">${bytes(resources.diskMb * MB)}</td><td class="num">${known(task.durationMs, duration)}</td><td class="num">${duration(resources.timeoutMs)}</td></tr>
`;
}

function known(value: number | null, format: (value: number) => string): Html {
  return value === null ? html`<span class="mute">unknown</span>` : html`${format(value)}`;
}
