import { z } from "zod";
import { configFile, fileKeys } from "./schema/root.ts";

/** The part of JSON Schema our schemas use. */
export interface JsonSchema {
  [keyword: string]: unknown;
  type?: string;
  description?: string;
  preset?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  patternProperties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
}

/** The schema of a configuration file with our own notes (`unit`, `origin`), as the validation knows it. */
export function annotatedSchema(): JsonSchema {
  const options = { io: "input", target: "draft-7", unrepresentable: "any" } as const;
  const root = z.toJSONSchema(configFile, options) as JsonSchema;
  const extra = z.toJSONSchema(fileKeys, options) as JsonSchema;
  return { ...root, properties: { ...extra.properties, ...root.properties } };
}

/** Every schema that may apply at `path`, unions opened. */
function schemasAt(root: JsonSchema, path: readonly (string | number)[]): readonly JsonSchema[] {
  let here = open(root);
  for (const key of path) {
    const next = here.flatMap((schema) => {
      if (typeof key === "number") return schema.items === undefined ? [] : [schema.items];
      const own = schema.properties?.[key];
      if (own !== undefined) return [own];
      return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
    });
    here = next.flatMap(open);
  }
  return here;
}

/** Keys a mapping at `path` may have. */
export function keysAt(root: JsonSchema, path: readonly (string | number)[]): readonly string[] {
  return [...new Set(schemasAt(root, path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** Paths of mappings that know `key`, with `<name>` and `[]` for what varies. */
export function homesOf(root: JsonSchema, key: string, path: string = ""): readonly string[] {
  return open(root).flatMap((schema) => {
    const members = Object.entries(schema.properties ?? {});
    const here = members.some(([name]) => name === key) ? [path] : [];
    const below = members.flatMap(([name, member]) => homesOf(member, key, path === "" ? name : `${path}.${name}`));
    const { additionalProperties, items } = schema;
    if (typeof additionalProperties === "object") below.push(...homesOf(additionalProperties, key, `${path}.<name>`));
    if (items !== undefined) below.push(...homesOf(items, key, `${path}[]`));
    return [...new Set([...here, ...below])];
  });
}

function open(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(open);
}
