const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZE_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  k: 1_024,
  m: 1_048_576,
  g: 1_073_741_824,
  t: 1_099_511_627_776,
};

/** `90s`, `1.5h`, `1h30m`, `250ms` in milliseconds; `undefined` for anything else, a bare number too. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim().toLowerCase();
  if (!/^(?:\d{1,12}(?:\.\d{1,6})?\s*(?:ms|sec|s|min|m|h|d)\s*)+$/.test(compact)) return undefined;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(/([\d.]+)\s*([a-z]+)/g)) {
    total += Number(amount) * (DURATION_MS[unit as string] ?? Number.NaN);
  }
  return Number.isFinite(total) ? Math.round(total) : undefined;
}

/** `100MB`, `4 GB`, `1.5GiB` in bytes, by powers of 1024; `undefined` for anything else, a bare number too. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*(?:([kmgt])i?b?|b)$/.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (SIZE_BYTES[match[2] ?? "b"] ?? Number.NaN));
}
