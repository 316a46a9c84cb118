// Not planted: sound by itself, but it needs `wrong`, so it runs only once a human has approved that one's result.
import assert from "node:assert/strict";
import { it } from "node:test";
import { formatMoney, parseMoney, sum } from "../src/core/money.ts";
import { allocate } from "../src/core/ratio.ts";

it("adds twelve months up to the year, to the micro-unit", () => {
  const year = parseMoney("25000");
  const months = allocate(year, new Array<bigint>(12).fill(1n));
  assert.equal(sum(months), year);
  assert.equal(formatMoney(months[0] as bigint), "2083.33");
});
