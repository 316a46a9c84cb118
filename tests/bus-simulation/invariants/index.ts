import type { Invariant } from "../judge.ts";
import { acknowledged } from "./acknowledged.ts";
import { bounds } from "./bounds.ts";
import { due } from "./due.ts";
import { expiry } from "./expiry.ts";
import { groups } from "./groups.ts";
import { links } from "./links.ts";
import { once } from "./once.ts";
import { order } from "./order.ts";
import { places } from "./places.ts";
import { priority } from "./priority.ts";
import { published } from "./published.ts";
import { requests } from "./requests.ts";

/** Everything that always holds. */
export function invariants(): Invariant[] {
  return [
    published(),
    once(),
    order(),
    expiry(),
    bounds(),
    priority(),
    groups(),
    links(),
    acknowledged(),
    requests(),
    due(),
    places(),
  ];
}
