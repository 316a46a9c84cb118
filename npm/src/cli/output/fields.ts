import { clean } from "../../report/clean.ts";

/** `key=value` words of a line for grep and awk: quoted as JSON wherever a bare word would be doubtful. */
export function fields(values: Readonly<Record<string, string | number | null | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}=${word(String(value))}`)
    .join(" ");
}

/** One word of such a line. */
export function word(value: string): string {
  const safe = clean(value);
  return /^[^\s"=]+$/.test(safe) ? safe : JSON.stringify(safe);
}
