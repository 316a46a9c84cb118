/** A piecewise linear map from time to width, in which long idle stretches are folded. */
export interface TimeScale {
  x(ms: number): number;
  readonly ticks: readonly { readonly ms: number; readonly x: number }[];
  readonly folds: readonly { readonly x: number; readonly width: number; readonly ms: number }[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

const FOLD_WIDTH = 34;
/** A gap longer than this share of the busy time is folded. */
const FOLD_SHARE = 0.2;

/** Makes a scale of `width` units over `whole`; nothing runs outside `busy`. */
export function timeScale(whole: Span, busy: readonly Span[], width: number): TimeScale {
  const parts = split(whole, busy);
  const folded = parts.filter((part) => part.fold);
  const shown = parts.reduce((sum, part) => sum + (part.fold ? 0 : part.to - part.from), 0);
  const perMs = (width - folded.length * FOLD_WIDTH) / Math.max(1, shown);
  let at = 0;
  const placed = parts.map((part) => {
    const length = part.fold ? FOLD_WIDTH : (part.to - part.from) * perMs;
    const result = { ...part, x: at, width: length };
    at += length;
    return result;
  });
  const x = (ms: number): number => {
    const clamped = Math.min(Math.max(ms, whole.from), whole.to);
    const part = placed.find((candidate) => clamped <= candidate.to) ?? placed[placed.length - 1];
    if (part === undefined || part.to === part.from) return part?.x ?? 0;
    return part.x + ((clamped - part.from) / (part.to - part.from)) * part.width;
  };
  const step = niceStep(shown / Math.max(2, Math.floor(width / 110)));
  const ticks = placed
    .filter((part) => !part.fold)
    .flatMap((part) => {
      const found: { ms: number; x: number }[] = [];
      const first = Math.ceil((part.from - whole.from) / step) * step + whole.from;
      for (let ms = first; ms <= part.to; ms += step) found.push({ ms, x: x(ms) });
      return found;
    });
  return {
    x,
    ticks,
    folds: placed
      .filter((part) => part.fold)
      .map((part) => ({ x: part.x, width: part.width, ms: part.to - part.from })),
  };
}

/** Cuts `whole` into stretches; those with nothing busy for long are marked. */
function split(whole: Span, busy: readonly Span[]): readonly (Span & { readonly fold: boolean })[] {
  const sorted = [...busy].sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ from: span.from, to: span.to });
  }
  const worked = merged.reduce((sum, span) => sum + span.to - span.from, 0);
  const parts: (Span & { fold: boolean })[] = [];
  let at = whole.from;
  const fold = (from: number, to: number): void => {
    if (worked === 0 || to - from <= worked * FOLD_SHARE) return;
    // A little of the idle time stays visible on both sides, so that a fold never touches a bar.
    const margin = Math.min((to - from) / 4, worked * 0.02);
    if (from + margin > at) parts.push({ from: at, to: from + margin, fold: false });
    parts.push({ from: from + margin, to: to - margin, fold: true });
    at = to - margin;
  };
  let idleFrom = whole.from;
  for (const span of merged) {
    fold(idleFrom, span.from);
    idleFrom = span.to;
  }
  fold(idleFrom, whole.to);
  parts.push({ from: at, to: Math.max(at, whole.to), fold: false });
  return parts;
}

/** The next of 1, 2, 5 × 10ⁿ milliseconds, then of minutes and hours. */
export function niceStep(ms: number): number {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3];
  const long = [1.8e6, 3.6e6, 7.2e6, 14.4e6, 21.6e6, 43.2e6, 86.4e6];
  const found = [...steps, ...long].find((step) => step >= ms);
  if (found !== undefined) return found;
  const days = ms / 86.4e6;
  const power = 10 ** Math.ceil(Math.log10(days));
  return power * 86.4e6;
}
