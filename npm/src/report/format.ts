import type { FactView } from "../sessions/view.ts";
/** `8 ms`, `1.24 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `512 B`, `1.5 kB`, `2.0 MB`: powers of 1,024, as the memory limits of tasks are. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return unit === 0 ? `${count} B` : `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `65 %`; one decimal only where it says something. */
export function percent(value: number): string {
  const shown = Math.abs(value - Math.round(value)) < 0.05 ? String(Math.round(value)) : value.toFixed(1);
  return `${shown} %`;
}

/** `2025-07-10 10:00:00.123 UTC`; what no calendar holds is shown as the number it is. */
export function moment(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  return `${date.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** `+1.24 s` after `origin`. */
export function offset(ms: number, origin: number): string {
  return ms < origin ? `−${duration(origin - ms)}` : `+${duration(ms - origin)}`;
}

/** At most four significant decimals, no trailing zeros. */
export function number(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** Whether a plan came from a configuration: one that did not has a hash of zeros. */
export function isConfigured(hash: string): boolean {
  return !/^0*$/.test(hash);
}

/** `1 task`, `2 tasks`. */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${value} ${value === 1 ? noun : plural}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** What kind of knowledge a fact is, in words. */
export function factKind(kind: FactView["kind"]): string {
  return { given: "given", to_look_up: "to look up", to_derive: "to derive", guess: "guess" }[kind];
}
