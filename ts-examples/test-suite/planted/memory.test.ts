// Planted: a table of 150 MiB that does not fit into the memory the task asks for, but into twice as much.
import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

it("adds up a large table", async () => {
  const parts: Buffer[] = [];
  for (let part = 0; part < 30; part += 1) {
    parts.push(Buffer.alloc(5 << 20, 1));
    await sleep(25);
  }
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  assert.equal(total, 150 << 20);
});
