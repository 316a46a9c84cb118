import type { Payload } from "../../wasm/codec.generated.ts";
import type { SessionEntry } from "../mirror/entries.ts";

/** Longest output, and most bytes of outputs and shared values in all, that stay readable in an archive. */
const VALUE_BYTES = 1 << 20;
const ALL_BYTES = 16 << 20;

/**
 * Fetches the payloads that stay readable when the session's rows go: outputs and shared values, in plan order, as far as
 * they fit. Inputs and what is longer are left out.
 */
export async function embedder(
  entry: SessionEntry,
  load: (key: string) => Promise<Uint8Array | undefined>,
): Promise<(payload: Payload | null) => Payload | null> {
  const inline = new Map<string, Payload>();
  let left = ALL_BYTES;
  for (const payload of [...entry.context.values(), ...entry.tasks.map((task) => task.output)]) {
    if (payload === null || payload.type === "Inline" || payload.bytes > Math.min(VALUE_BYTES, left)) continue;
    const bytes = await load(payload.key);
    if (bytes === undefined) continue;
    left -= bytes.length;
    inline.set(payload.key, { type: "Inline", bytes });
  }
  return (payload) => (payload?.type === "Ref" ? (inline.get(payload.key) ?? null) : payload);
}
