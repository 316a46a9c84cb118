import { describe, expect, it } from "vitest";
import { buildReport, reportToMarkdown } from "./index.ts";
import { code, escapeMarkdown } from "./markdown/escape.ts";
import { aCriterion, aSession, aTask, aTry, HOSTILE } from "./testing/fixtures.ts";
import { suiteSession } from "./testing/suite.ts";

describe("Markdown report", () => {
  it("has a section for everything that happened", () => {
    const text = reportToMarkdown(buildReport(suiteSession()));
    const heads = [...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(heads).toEqual([
      "Phases",
      "Escalations",
      "Tasks",
      "Success criteria",
      "Recoveries",
      "Resources",
      "Alerts",
      "Artifacts",
    ]);
    expect(text).toContain(
      "| A2 | 1 | failed | import_error: Cannot find module 'decimal.js' | level 1, reinstall_deps | failed |",
    );
    expect(text).toContain("| C2 | speedup_min | ≥ 2× | 3.71× | met |");
  });

  it("leaves out what did not happen", () => {
    const text = reportToMarkdown(buildReport(aSession([aTask("A")])));
    expect([...text.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual(["Tasks", "Resources"]);
  });

  it("keeps tables whole and markup dead when names are hostile", () => {
    const task = aTask(HOSTILE, {
      name: HOSTILE,
      history: [aTry(1, 0, 9, { outcome: "failed", error: { type: HOSTILE, message: HOSTILE } })],
      criteria: [aCriterion(HOSTILE, 1, 0)],
    });
    const text = reportToMarkdown(buildReport(aSession([task], { name: HOSTILE })));
    expect(text).not.toMatch(/(?<!\\)\[/);
    expect(text).not.toMatch(/<[a-z/]/i);
    for (const block of text.matchAll(/^(?:\|.*\n)+/gm)) {
      const cells = block[0]
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  it("leaves ordinary names readable", () => {
    expect(escapeMarkdown("import_error in tests/a_b.ts (v1.2)")).toBe("import_error in tests/a_b.ts (v1.2)");
    expect(escapeMarkdown("_x_ *y* ~z~")).toBe("\\_x\\_ \\*y\\* \\~z\\~");
  });

  it("fences code that holds backticks", () => {
    expect(code("a``b")).toBe("```a``b```");
    expect(code("`")).toBe("`` ` ``");
  });
});
