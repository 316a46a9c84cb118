// Planted: a salary split into months with floating point and rounded up. The exact library beside it gives 2083.33.
import assert from "node:assert/strict";
import { it } from "node:test";
import { formatMoney, parseMoney } from "../src/core/money.ts";
import { divide } from "../src/core/ratio.ts";

function monthly(salary: number): string {
  return (Math.ceil((salary / 12) * 100) / 100).toFixed(2);
}

it("splits a salary into months to the cent", () => {
  const expected = formatMoney(divide(parseMoney("25000"), 12n, "half_even"));
  const got = monthly(25_000);
  assert.equal(got, expected, `Expected ${expected}, got ${got}`);
});
