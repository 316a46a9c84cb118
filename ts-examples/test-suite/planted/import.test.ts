// Planted: the dependency of a scratch copy is missing until `reinstall_deps` has put it there.
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { pathToFileURL } from "node:url";

it("computes tax with the tables of its dependency", async () => {
  const app = join(process.env.SCRATCH as string, "app");
  await cp(join(import.meta.dirname, "app"), app, { recursive: true });
  const report: { tax(amount: number, country: string): number } = await import(
    pathToFileURL(join(app, "report.js")).href
  );
  assert.equal(report.tax(1_000, "CH"), 80);
});
