import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Packages that a module brings with it, by following what it imports at once; types and `import()` bring nothing. */
function packagesOf(entry: string): ReadonlySet<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, what = "", from = ""] of text.matchAll(/^(?:import|export)\s([^;]*?)?\s?from\s"([^"]+)";/gms)) {
      if (what.startsWith("type ")) continue;
      if (!from.startsWith(".")) packages.add(from);
      else if (from.endsWith(".ts")) visit(resolve(dirname(file), from));
    }
  };
  visit(fileURLToPath(new URL(entry, import.meta.url)));
  return packages;
}

test("polyphon/node brings no parser and no validator of configurations; polyphon/config does", () => {
  const node = packagesOf("./node.ts");
  expect([...node]).toEqual(expect.arrayContaining(["rxjs", "node:child_process"]));
  for (const heavy of ["zod", "yaml", "commander", "string-width", "log-update"]) expect(node).not.toContain(heavy);
  expect([...packagesOf("./config/index.ts")]).toEqual(expect.arrayContaining(["zod", "yaml"]));
});

test("what runs anywhere brings rxjs and nothing else", () => {
  expect([...packagesOf("./index.ts")]).toEqual(["rxjs"]);
});
