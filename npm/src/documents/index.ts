/** `polyphon/documents`: documents that merge; the wasm is fetched from beside this package. */
import { compileFrom } from "../wasm/browser.ts";
import { Documents, type DocumentsOptions } from "./documents.ts";

export * from "./exports.ts";

/** Loads the module of documents and opens a collection. `KERNEL_UNAVAILABLE` when the module is not served. */
export async function openDocuments(options?: DocumentsOptions): Promise<Documents> {
  return new Documents(await compileFrom(new URL("../wasm/generated/documents.wasm", import.meta.url)), options);
}
