import { PolyphonError } from "../../errors/error.ts";

/** The other end broke the rules of the link: the connection ends. */
export function invalid(what: string): PolyphonError {
  return new PolyphonError("TRANSPORT_INVALID", { message: `the other end sent what is no frame: ${what}.` });
}

export function readMap(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid("a map was due");
}

export function readText(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw invalid(`${field} must be text`);
}

export function readCount(value: unknown, field: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`${field} must be an integer from 0 to 2^53 - 1`);
}

/** A count that is written as a word. */
export function readNumber(word: string | undefined, field: string): number {
  if (word === undefined || word === "") throw invalid(`${field} is not there`);
  return readCount(Number(word), field);
}
