import "fake-indexeddb/auto";
import { describe, test, vi } from "vitest";
import { storeContract } from "../../testing/store-contract.ts";
import { indexedDbSubject } from "../testing/indexeddb-subject.ts";

// What plays IndexedDB here takes its time over thousands of rows; `tests/browser` asks a browser.
vi.setConfig({ testTimeout: 300_000 });

storeContract(
  "indexeddb in a simulated browser",
  indexedDbSubject,
  { checksFrames: true, frameEdits: true, snapshotEdits: true },
  { describe, test, skip: test.skip },
);
