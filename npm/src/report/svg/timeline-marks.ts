import type { AttemptView, EscalationView } from "../../sessions/view.ts";
import { duration } from "../format.ts";
import { type Html, html } from "../html/markup.ts";
import { fixed, iconAt } from "./icons.ts";
import { fitText, textWidth } from "./text.ts";

const HEIGHT = 20;
const FONT = 11;
/** Space an icon takes before a label. */
const ICON = 17;

/** A try and where it is drawn. */
export interface PlacedAttempt {
  readonly task: string;
  readonly attempt: AttemptView;
  readonly end: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** From the start of the bar to that of the next one in its row. */
  readonly room: number;
}

/** One try. Bars that did not succeed are hatched and carry the icon of how they ended. */
export function attemptBar(bar: PlacedAttempt): Html {
  const { attempt } = bar;
  const bad = attempt.outcome !== "completed" && attempt.outcome !== "running";
  const label = attempt.number > 1 ? `${bar.task} #${attempt.number}` : bar.task;
  const lead = bad ? ICON + 4 : 7;
  const inside = bar.width >= lead + textWidth(label, FONT) + 4;
  const start = inside ? bar.x : bar.x + bar.width + 1;
  const text = inside ? label : fitText(label, bar.room - bar.width - lead - 4, FONT);
  const shown = inside || text.length > 1;
  const plain = inside ? lead + textWidth(label, FONT) + 3 : 0;
  const hatch = bad
    ? html`<rect x="${fixed(bar.x + plain)}" y="${bar.y}" width="${fixed(Math.max(0, bar.width - plain))}" height="${HEIGHT}" rx="4" fill="url(#hatch)"/>`
    : null;
  const mark =
    bad && shown ? iconAt(attempt.outcome, start + 4, bar.y + 3.5, 13, inside ? "mark" : attempt.outcome) : null;
  const words = shown
    ? html`<text class="bar-label${inside ? "" : " out"}" x="${fixed(start + lead)}" y="${bar.y + 14}">${text}</text>`
    : null;
  const error = attempt.error === null ? "" : ` · ${attempt.error.type}: ${attempt.error.message}`;
  const tip = `${bar.task}, try ${attempt.number} on ${attempt.agent}: ${attempt.outcome} after ${duration(bar.end - attempt.started)}${error}`;
  return html`<g class="try o-${attempt.outcome}"><title>${tip}</title><rect class="bar-fill" x="${fixed(bar.x)}" y="${bar.y}" width="${fixed(bar.width)}" height="${HEIGHT}" rx="4"/>${hatch}${mark}${words}</g>
`;
}

/** The way from a try that did not succeed to the next one of the same task. */
export function recoveryLine(from: PlacedAttempt, to: PlacedAttempt): Html {
  const startX = from.x + from.width;
  const startY = from.y + HEIGHT / 2;
  const endY = to.y + HEIGHT / 2;
  const middle = (startX + to.x) / 2;
  const recovery = from.attempt.recovery;
  const tip =
    recovery === null ? `${from.task}: tried again` : `${from.task}: level ${recovery.level}, ${recovery.action}`;
  const mark = to.x - startX > 20 ? iconAt("recovery", middle - 7, (startY + endY) / 2 - 7, 14) : null;
  return html`<g class="recovery"><title>${tip}</title><path d="M${fixed(startX)} ${startY}C${fixed(middle)} ${startY} ${fixed(middle)} ${endY} ${fixed(to.x)} ${endY}"/>${mark}</g>`;
}

/** How long a human was asked. The words stand in the bar, behind it, or where that is beyond `edge`, before it. */
export function escalationBar(
  item: EscalationView,
  { from, to, y, edge }: { readonly from: number; readonly to: number; readonly y: number; readonly edge: number },
): Html {
  const width = Math.max(4, to - from);
  const answer = item.resolved === null ? "open" : (item.decision ?? "closed");
  const label = `${item.task} · ${answer}`;
  const words = textWidth(label, FONT) + ICON + 8;
  const start = width > words ? from : from + width + words > edge ? from - words : from + width;
  const taken = item.resolved === null ? "" : ` after ${duration(item.resolved - item.raised)}`;
  return html`<g class="ask"><title>${item.task}: ${item.issueType}, ${answer}${taken}</title><rect x="${fixed(from)}" y="${y}" width="${fixed(width)}" height="${HEIGHT}" rx="4"/>${iconAt("waiting", start + 3.5, y + 3.5, 13)}<text class="bar-label out" x="${fixed(start + ICON + 4)}" y="${y + 14}">${label}</text></g>
`;
}
