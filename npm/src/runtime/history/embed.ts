import { PolyphonError } from "../../errors/error.ts";
import type { Payload } from "../../wasm/codec.generated.ts";
import type { SessionEntry } from "../mirror/entries.ts";
import { loadPayload, type PayloadSource } from "../payloads.ts";

/** Longest output, and most bytes of outputs and shared values in all, that stay readable in an archive. */
const VALUE_BYTES = 1 << 20;
const ALL_BYTES = 16 << 20;

/** Bytes that are not those that were written are worth nothing. */
async function load(
  payload: Extract<Payload, { type: "Ref" }>,
  source: PayloadSource,
): Promise<Uint8Array | undefined> {
  try {
    return await loadPayload(payload, source);
  } catch (error) {
    if (error instanceof PolyphonError && error.code === "STORE_CORRUPT") return undefined;
    throw error;
  }
}

/**
 * Fetches the payloads that stay readable when the session's rows go: outputs and shared values, in plan order, as far as
 * they fit. Inputs and what is longer are left out.
 */
export async function embedder(
  entry: SessionEntry,
  source: PayloadSource,
): Promise<(payload: Payload | null) => Payload | null> {
  const inline = new Map<string, Payload>();
  let left = ALL_BYTES;
  const values = [...(entry.values?.entries() ?? [])].map(({ last }) => last.payload);
  for (const payload of [...(entry.context?.values() ?? []), ...values, ...entry.tasks.map((task) => task.output)]) {
    if (payload === null || payload.type === "Inline" || payload.bytes > Math.min(VALUE_BYTES, left)) continue;
    const bytes = await load(payload, source);
    if (bytes === undefined) continue;
    left -= bytes.length;
    inline.set(payload.key, { type: "Inline", bytes });
  }
  return (payload) => (payload?.type === "Ref" ? (inline.get(payload.key) ?? null) : payload);
}
