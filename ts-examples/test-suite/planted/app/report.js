// A small program with a dependency of its own. It runs from a scratch copy, where the dependency may be missing.
import { rateOf } from "tax-tables";

/** Tax on an amount in whole units of currency, rounded down. */
export function tax(amount, country) {
  return Math.floor((amount * rateOf(country)) / 100);
}
