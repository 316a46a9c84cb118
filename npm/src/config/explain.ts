import type { ConfigValue } from "./config.ts";
import type { JsonSchema } from "./json-schema.ts";
import { MAX_EXPLAINED } from "./limits.ts";
import type { Places, Tree, TreeMap } from "./places.ts";
import type { Problems } from "./problems.ts";
import { isSecondSpelling, settingsOf, twinOf } from "./settings.ts";
import { joinPath } from "./source.ts";

/**
 * Every value in force with its origin: what was written, in the order it stands, then the defaults of what was not.
 * `derived`: defaults that follow from other values, by path.
 */
export function explain(
  root: TreeMap,
  schema: JsonSchema,
  derived: Readonly<Record<string, unknown>>,
  places: Places,
  problems: Problems,
): readonly ConfigValue[] {
  const values: ConfigValue[] = [];
  const walk = (container: TreeMap | Tree[], path: string): void => {
    for (const [key, value] of Object.entries(container)) {
      const at = Array.isArray(container) ? Number(key) : key;
      const full = joinPath(path, at);
      if (values.length >= MAX_EXPLAINED && full.startsWith(TASKS)) return;
      if (typeof value === "object" && value !== null) {
        walk(value, full);
        continue;
      }
      const place = places.get(container, at);
      if (place === undefined) continue;
      const { source } = place;
      const position = source.kind === "file" ? problems.position(place) : undefined;
      const where = position === undefined ? {} : { line: position.line, column: position.column };
      values.push({ path: full, value, from: source.kind, source: source.file, ...where });
    }
  };
  walk(root, "");
  const set = new Set(values.map((value) => value.path));
  for (const setting of settingsOf(schema)) {
    const twin = twinOf(setting.path);
    if (setting.default === undefined || set.has(setting.path) || isSecondSpelling(setting.path)) continue;
    if (twin !== undefined && set.has(twin)) continue;
    values.push({ path: setting.path, value: derived[setting.path] ?? setting.default, from: "default" });
  }
  return values;
}

const TASKS = "orchestrator.task_definitions";
