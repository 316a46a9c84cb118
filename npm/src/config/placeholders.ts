/** Values known when the configuration is read. */
export const STATIC_PLACEHOLDERS = ["id", "name", "class", "parent", "phase", "template", "config_dir"] as const;

/** Values known when an attempt starts. */
export const RUN_PLACEHOLDERS = [
  "node",
  "dir",
  "session",
  "agent",
  "attempt",
  "attempt_id",
  "memory_mb",
  "cpu_cores",
  "disk_mb",
  "timeout_seconds",
  "recovery",
] as const;

/**
 * `node` is the path of the Node that runs Polyphon, `dir` the task's own directory, `attempt` counts from 1, `recovery` is the
 * action an attempt stands for or empty.
 */
export type RunValues = Readonly<Record<(typeof RUN_PLACEHOLDERS)[number], string>>;

/** A piece of a text with placeholders: a text, or the name of a value. */
export type Piece = { readonly text: string } | { readonly name: string; readonly closed: boolean };

/**
 * Splits `--out={{dir}}/x` into pieces. `{{{{` is a literal `{{`; other braces stand for themselves. What a value holds is
 * never looked at again, and never passes through a shell.
 */
export function parsePlaceholders(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(/\{\{\{\{|\{\{([^{}]*)\}\}|\{\{(?!\{)/g)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    from = match.index + match[0].length;
    if (match[0] === "{{{{") pieces.push({ text: "{{" });
    else pieces.push({ name: (match[1] ?? "").trim(), closed: match[1] !== undefined });
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** Fills the placeholders of a text in one pass. A name without a value stays as it is written. */
export function fillPlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  if (!text.includes("{{")) return text;
  return parsePlaceholders(text)
    .map((piece) => {
      if ("text" in piece) return piece.text;
      return Object.hasOwn(values, piece.name) ? (values[piece.name] as string) : `{{${piece.name}}}`;
    })
    .join("");
}
