import type { DraftRow } from "../../runtime/payloads.ts";
import type { Payload } from "../../wasm/codec.generated.ts";

/** Bytes that may stand in an event. */
export const INLINE_BYTES: number = 256;

/** What naming a row needs. */
export interface RowParts {
  /** A key for a row of payloads, unique in the journal. */
  nextKey(): string;
  hash(bytes: Uint8Array): Uint8Array;
}

/** The payload of a batch, and the row it lies in unless it is short. */
export function payloadOf(
  parts: RowParts,
  bytes: Uint8Array,
): { readonly payload: Payload; readonly rows: readonly DraftRow[] } {
  if (bytes.length <= INLINE_BYTES) return { payload: { type: "Inline", bytes }, rows: [] };
  const key = parts.nextKey();
  return {
    payload: { type: "Ref", hash: parts.hash(bytes), bytes: bytes.length, key },
    rows: [{ key, bytes }],
  };
}
