/**
 * The JSON Schema for editors: our own notes become part of the descriptions, keys that start with `x-` are free.
 * @param {import("../../../npm/src/config/json-schema.ts").JsonSchema} schema the annotated schema
 */
export function publishedSchema(schema) {
  const { $schema, ...rest } = publish(schema);
  return {
    $schema,
    title: "Polyphon orchestrator configuration",
    description:
      "One configuration may consist of several files or YAML documents; docs/configuration.md explains each key.",
    ...rest,
    patternProperties: { "^x-": true },
  };
}

function publish(schema) {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(publish);
  const { unit, origin: _origin, preset, description, ...rest } = schema;
  const notes = [unit, isLiteral(preset, schema) || preset === undefined ? undefined : `default: ${preset}`].filter(
    Boolean,
  );
  const result = {};
  if (description !== undefined)
    result.description = notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
  if (isLiteral(preset, schema)) result.default = preset;
  for (const [key, value] of Object.entries(rest))
    result[key] = key === "properties" ? mapValues(value, publish) : publish(value);
  return result;
}

/** Whether a default is a value one could write, and not a sentence about one. */
function isLiteral(preset, schema) {
  if (preset === undefined) return false;
  if (typeof preset !== "string") return true;
  return schema.enum?.includes(preset) === true || /^\d+[A-Za-z]+$/.test(preset);
}

function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
