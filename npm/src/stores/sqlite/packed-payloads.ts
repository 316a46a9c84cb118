import type { PayloadRow } from "../store.ts";

/** Payload rows in the form that crosses to the worker: one buffer, not one a row. */
export interface PackedPayloads {
  readonly keys: readonly string[];
  readonly owners: readonly number[];
  readonly sizes: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Copies `rows` into one buffer; `undefined` when there are none. */
export function packPayloads(rows: readonly PayloadRow[]): PackedPayloads | undefined {
  if (rows.length === 0) return undefined;
  let size = 0;
  for (const row of rows) size += row.bytes.byteLength;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const row of rows) {
    bytes.set(row.bytes, offset);
    offset += row.bytes.byteLength;
  }
  return {
    keys: rows.map((row) => row.key),
    owners: rows.map((row) => row.owner),
    sizes: rows.map((row) => row.bytes.byteLength),
    bytes,
  };
}
