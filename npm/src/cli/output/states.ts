import type { SessionStatus, TaskStatus } from "../../sessions/view.ts";
import type { Style } from "./style.ts";

/** A sign for each state, so that colour is never the only difference. */
const SIGNS: Readonly<Record<TaskStatus, string>> = {
  pending: "·",
  ready: "○",
  running: "▶",
  completed: "✓",
  failed: "✗",
  skipped: "»",
  waiting: "‖",
  cancelled: "–",
};

export function taskSign(status: TaskStatus, style: Style): string {
  return toneOf(status, style)(SIGNS[status]);
}

export function stateWord(status: TaskStatus | SessionStatus, style: Style): string {
  return toneOf(status, style)(status);
}

function toneOf(status: TaskStatus | SessionStatus, style: Style): (text: string) => string {
  switch (status) {
    case "completed":
      return style.good;
    case "failed":
      return style.bad;
    case "waiting":
    case "paused":
      return style.warn;
    case "running":
    case "ready":
      return style.info;
    default:
      return style.dim;
  }
}
