const START = "<!-- reference:start -->";
const END = "<!-- reference:end -->";

/** `page` with the tables of all keys between its two marks. */
export function referenceInto(page, schema) {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start === -1 || end < start) throw new Error(`docs/configuration.md lacks ${START} … ${END}`);
  return `${page.slice(0, start + START.length)}\n${reference(schema)}\n${page.slice(end)}`;
}

function reference(schema) {
  return blocks(schema, "")
    .filter(({ path }) => !path.includes("subtasks[]"))
    .map(({ path, schema: block }) => section(path, block))
    .join("\n");
}

/** Every mapping with keys of its own, in the order of the schema. */
function blocks(schema, path) {
  const variants = schema.anyOf ?? [schema];
  return variants.flatMap((variant) => {
    const below = Object.entries(variant.properties ?? {}).flatMap(([key, member]) =>
      blocks(member, path === "" ? key : `${path}.${key}`),
    );
    const own = variant.properties === undefined ? [] : [{ path, schema: variant }];
    if (typeof variant.additionalProperties === "object")
      below.push(...blocks(variant.additionalProperties, `${path}.<name>`));
    if (variant.items !== undefined) below.push(...blocks(variant.items, `${path}[]`));
    return [...own, ...below];
  });
}

function section(path, schema) {
  const rows = Object.entries(schema.properties).map(([key, member]) =>
    row(key, member, schema.required?.includes(key) === true),
  );
  const title = path === "" ? "The root" : `\`${path}\``;
  return [
    `\n### ${title}\n`,
    "| key | meaning | type | unit | default | source |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function row(key, schema, required) {
  const preset = required ? "required" : schema.preset === undefined ? "" : text(schema.preset);
  const source = schema.origin === "addition" ? "addition" : "original";
  const cells = [`\`${key}\``, schema.description ?? "", type(schema), schema.unit ?? "", preset, source];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function text(value) {
  if (typeof value === "string" && value.includes(" ")) return value;
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function type(schema) {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.anyOf !== undefined) {
    const names = new Set(schema.anyOf.map(type));
    return names.has("number") && names.has("text") ? "number, or text with a unit" : [...names].join(" or ");
  }
  if (schema.type === "array") return `list of ${plural(type(schema.items ?? {}))}`;
  if (schema.type === "object") return schema.properties === undefined ? "mapping by name" : "mapping";
  if (schema.type === "integer") return `whole number${range(schema)}`;
  if (schema.type === "number") return `number${range(schema)}`;
  if (schema.type === "boolean") return "true or false";
  return schema.type === "string" ? "text" : "anything";
}

function plural(name) {
  if (name === "text") return "texts";
  return name === "mapping" ? "mappings" : name.replace(/^text or mapping$/, "texts or mappings");
}

const range = ({ minimum, maximum }) =>
  minimum === undefined || maximum === undefined ? "" : `, ${minimum} to ${maximum}`;
