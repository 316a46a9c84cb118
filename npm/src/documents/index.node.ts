/** `polyphon/documents` under Node: the same names as `index.ts`, and documents in a folder; the wasm comes from the disk, built for speed. */
import { readFileSync } from "node:fs";
import { Documents, type DocumentsOptions } from "./documents.ts";

export * from "./exports.ts";
export { FolderDocumentStorage } from "./storage/folder.ts";

/** Loads the module of documents and opens a collection. */
export async function openDocuments(options?: DocumentsOptions): Promise<Documents> {
  const bytes = readFileSync(new URL("../wasm/generated/documents-fast.wasm", import.meta.url));
  return new Documents(await WebAssembly.compile(bytes), options);
}
