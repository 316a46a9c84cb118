import { type Html, html, raw } from "../html/markup.ts";

/** Shapes in a box of 16 × 16, drawn in the colour of the ground over a disc: a state is never colour alone. */
const SHAPES = {
  pending: "M4.6 8h.01M8 8h.01M11.4 8h.01",
  ready: "M8 4.6V8l2.4 1.7",
  running: "M6.4 5v6l5-3z",
  completed: "M4.7 8.4l2.3 2.3 4.4-5.2",
  failed: "M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2",
  skipped: "M4.4 5.2L7.2 8l-2.8 2.8M8.6 5.2L11.4 8l-2.8 2.8",
  waiting: "M6.2 5.2v5.6M9.8 5.2v5.6",
  cancelled: "M4.8 8h6.4",
  timeout: "M5.4 4.8h5.2L5.4 11.2h5.2z",
  lost: "M6.2 6.4a1.9 1.9 0 1 1 2.6 1.8c-.6.2-.8.6-.8 1.1M8 11.3h.01",
  refused: "M4.9 11.1l6.2-6.2M8 3.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4",
  warning: "M8 4.4v4M8 11.2h.01",
  recovery: "M11.2 9.4A3.5 3.5 0 1 1 11 6.2M11.3 4.2v2.2H9.1",
} as const;

export type IconName = keyof typeof SHAPES;

/** Definitions every use of an icon refers to; once per page. */
export function iconSheet(): Html {
  const symbols = Object.entries(SHAPES).map(
    ([name, path]) =>
      html`<symbol id="i-${name}" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5"/><path d="${path}"/></symbol>`,
  );
  return html`<svg class="sheet" aria-hidden="true" width="0" height="0"><defs>${symbols}
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0v6"/></pattern>
<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrow" d="M1 1l6 3-6 3z"/></marker>
<marker id="arrow-main" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" markerUnits="userSpaceOnUse"><path class="arrow main" d="M1 1l6 3-6 3z"/></marker>
</defs></svg>`;
}

/** An icon in running text; decorative, since the word stands beside it. */
export function icon(name: IconName, tone: string = name): Html {
  return html`<svg class="icon t-${tone}" aria-hidden="true" viewBox="0 0 16 16"><use href="#i-${name}"/></svg>`;
}

/** An icon inside a drawing. */
export function iconAt(name: IconName, x: number, y: number, size: number, tone: string = name): Html {
  return html`<use class="icon t-${tone}" href="#i-${name}" x="${fixed(x)}" y="${fixed(y)}" width="${size}" height="${size}"/>`;
}

/** Coordinates with one decimal: enough for the eye, and the same text everywhere. */
export function fixed(value: number): Html {
  return raw(String(Math.round(value * 10) / 10));
}
