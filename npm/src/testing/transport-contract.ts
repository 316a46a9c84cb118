import type { TestApi } from "./store-contract.ts";
import { asking } from "./transport-contract/asking.ts";
import { delivering } from "./transport-contract/delivering.ts";
import { ending } from "./transport-contract/ending.ts";
import { type Context, contextOf, type TransportSubject } from "./transport-contract/subject.ts";

export type { TransportSubject } from "./transport-contract/subject.ts";

/**
 * What every transport must do, as tests. Each test gets a fresh subject from `make` and tears it down.
 *
 * ```ts
 * import { describe, test } from "vitest";
 * transportContract("my transport", make, { describe, test, skip: test.skip });
 * ```
 */
export function transportContract(name: string, make: () => Promise<TransportSubject>, api: TestApi): void {
  const groups: Record<string, (context: Context) => void> = { delivering, asking, ending };
  api.describe(`${name} keeps the transport contract`, () => {
    for (const [title, group] of Object.entries(groups)) api.describe(title, () => group(contextOf(make, api)));
  });
}
