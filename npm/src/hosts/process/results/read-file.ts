import { createReadStream } from "node:fs";
import { JunitParser } from "../../formats/junit.ts";
import { LcovParser, type LineCoverage } from "../../formats/lcov.ts";
import { LineSplitter } from "../../formats/line-splitter.ts";
import { TapParser } from "../../formats/tap.ts";
import type { TestReport } from "../../formats/test-report.ts";
import { type FileState, fileState } from "./file-state.ts";

/** Largest result file that is read, in bytes. */
const MAX_RESULT_BYTES: number = 64 * 1024 * 1024;

/** A result file that the program wrote, or why there is none. */
export type ResultFile = { readonly path: string } | { readonly missing: string };

/** Looks for a result file that is not the one from before. */
export async function findResult(path: string, before: FileState | undefined): Promise<ResultFile> {
  const now = await fileState(path);
  if (!now) return { missing: `${path} was not written` };
  if (now.identity === before?.identity) return { missing: `${path} is from before the program ran` };
  if (now.bytes > MAX_RESULT_BYTES) return { missing: `${path} is larger than ${MAX_RESULT_BYTES} bytes` };
  return { path };
}

export async function readJunit(path: string): Promise<TestReport> {
  const parser = new JunitParser();
  for await (const piece of createReadStream(path, { encoding: "utf8" })) parser.push(String(piece));
  return parser.end();
}

export async function readTap(path: string): Promise<TestReport> {
  const parser = new TapParser();
  await readLines(path, (line) => parser.push(line));
  return parser.end();
}

export async function readLcov(path: string): Promise<LineCoverage | undefined> {
  const parser = new LcovParser();
  await readLines(path, (line) => parser.push(line));
  return parser.end();
}

async function readLines(path: string, line: (text: string) => void): Promise<void> {
  const splitter = new LineSplitter({ line });
  for await (const piece of createReadStream(path)) splitter.push(piece as Buffer);
  splitter.end();
}
