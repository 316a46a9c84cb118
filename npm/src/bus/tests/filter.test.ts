import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { TransportMessage } from "../../transports/transport.ts";
import { compileFilter, type Filter } from "../filter.ts";

interface FilterRow {
  readonly filter: string;
  readonly json: string;
  readonly takes: boolean | "refused";
}

const rows = JSON.parse(
  readFileSync(new URL("../../../../tests/vectors/protocol/filters.json", import.meta.url), "utf8"),
) as FilterRow[];

test.each(rows)("as core/protocol has it, $filter: $takes", ({ filter, json, takes }) => {
  const compile = () => compileFilter(JSON.parse(filter) as Filter);
  if (takes === "refused") {
    expect(compile).toThrowError(expect.objectContaining({ code: "PROTOCOL_FILTER_INVALID" }));
    return;
  }
  const judged = compile();
  expect(judged === undefined ? true : judged(JSON.parse(json) as TransportMessage)).toBe(takes);
});
