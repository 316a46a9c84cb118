/** A value whose big integers become decimal text, maps objects, and keys sorted: equal data gives equal bytes. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, field]) => [key, plain(field)]),
    );
  }
  return value;
}

/** JSON with sorted keys, two spaces of indentation and a final newline; big integers are decimal text. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(plain(value), null, 2)}\n`;
}
