// Not planted: passes at once, before, beside and after everything that fails.
import assert from "node:assert/strict";
import { it } from "node:test";
import { parseMoney } from "../src/core/money.ts";

it("reads an amount", () => assert.equal(parseMoney("0.5"), 500_000n));
