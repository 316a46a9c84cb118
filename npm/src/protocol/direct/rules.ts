import type { FieldRule, Rule } from "./schema.generated.ts";

/**
 * Whether a payload's value has the fields its kind demands, as far as that is clear; `false` also for what the module has
 * to look at.
 */
export function keeps(value: unknown, fields: readonly FieldRule[]): boolean {
  if (!isMap(value)) return false;
  for (const { name, required, rule } of fields) {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found === undefined ? required : !holds(found, rule)) return false;
  }
  return true;
}

function holds(value: unknown, rule: Rule): boolean {
  switch (rule.is) {
    case "any":
      return true;
    case "text":
      // A unit of text has three bytes at most.
      return typeof value === "string" && value.length > 0 && value.length * 3 <= rule.bytes;
    case "oneOf":
      return typeof value === "string" && rule.texts.includes(value);
    case "bool":
      return typeof value === "boolean";
    case "count":
      return typeof value === "number" && Number.isSafeInteger(value) && (value > 0 || Object.is(value, 0));
    case "number":
      return typeof value === "number" && value >= rule.least && value <= rule.most;
    case "map":
      return isMap(value);
    case "left":
      return false;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
