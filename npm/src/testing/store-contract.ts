import { appending } from "./store-contract/appending.ts";
import { damage } from "./store-contract/damage.ts";
import { halting } from "./store-contract/halting.ts";
import { opening } from "./store-contract/opening.ts";
import { payloads } from "./store-contract/payloads.ts";
import { reading } from "./store-contract/reading.ts";
import { retention } from "./store-contract/retention.ts";
import { snapshots } from "./store-contract/snapshots.ts";
import {
  type Context,
  contextOf,
  type StoreCapabilities,
  type StoreSubject,
  type TestApi,
} from "./store-contract/subject.ts";
import { verifying } from "./store-contract/verifying.ts";

export type { StoreCapabilities, StoreSubject, TestApi } from "./store-contract/subject.ts";

/**
 * What every store must do, as tests. Each test gets a fresh subject from `make` and tears it down. A capability that is
 * missing is given as the reason, which stands in the name of the skipped tests.
 *
 * ```ts
 * import { describe, test } from "vitest";
 * const can = { checksFrames: true, frameEdits: true, snapshotEdits: true } as const;
 * storeContract("my store", make, can, { describe, test, skip: test.skip });
 * ```
 */
export function storeContract(
  name: string,
  make: () => Promise<StoreSubject>,
  can: StoreCapabilities,
  api: TestApi,
): void {
  const groups: Record<string, (context: Context) => void> = {
    opening,
    appending,
    halting,
    payloads,
    reading,
    snapshots,
    retention,
    damage,
    verifying,
  };
  api.describe(`${name} keeps the store contract`, () => {
    for (const [title, group] of Object.entries(groups)) api.describe(title, () => group(contextOf(make, can, api)));
  });
}
