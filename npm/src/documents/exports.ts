export { PolyphonError } from "../errors/error.ts";
export type { ChangeOptions, Document, DocumentOptions, Verdict } from "./document.ts";
export { type DocumentEvent, Documents, type DocumentsHealth, type DocumentsOptions } from "./documents.ts";
export type { SchemaAnswer, StandardSchemaV1 } from "./schema.ts";
export { MemoryDocumentStorage } from "./storage/memory.ts";
export type { DocumentEntry, DocumentStorage, StoredDocument } from "./storage/storage.ts";
export type {
  Conflict,
  ConflictStrategy,
  DocumentChange,
  DocumentLimits,
  DocumentSize,
  Heads,
  Patch,
  PatchEvent,
  Plain,
} from "./types.ts";
export { Counter, counter, Text, text } from "./values.ts";
