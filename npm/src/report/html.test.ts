import { describe, expect, it } from "vitest";
import { buildReport, reportToHtml } from "./index.ts";
import { MAX_DRAWN_TASKS } from "./svg/graph.ts";
import { aCriterion, aSession, aTask, aTry, HOSTILE, START } from "./testing/fixtures.ts";
import { suiteSession } from "./testing/suite.ts";

const page = (view = suiteSession()): string => reportToHtml(buildReport(view));

/** Every place a user can put text, filled with the same hostile text. */
function hostileSession(): ReturnType<typeof suiteSession> {
  const task = aTask(HOSTILE, {
    name: HOSTILE,
    reason: HOSTILE,
    parent: HOSTILE,
    after: [HOSTILE, "B"],
    agent: HOSTILE,
    status: "waiting",
    history: [
      aTry(1, 0, 900, {
        agent: HOSTILE,
        outcome: "failed",
        error: { type: HOSTILE, message: HOSTILE },
        recovery: { level: 1, action: HOSTILE },
      }),
      aTry(2, 950, 990, { agent: HOSTILE }),
    ],
    criteria: [aCriterion(HOSTILE, 1, 2)],
    artifacts: [{ name: HOSTILE, path: HOSTILE, bytes: 1, sha256: HOSTILE }],
    output: { [HOSTILE]: HOSTILE },
  });
  return aSession([task, aTask("B", { output: HOSTILE })], {
    id: HOSTILE,
    name: HOSTILE,
    configHash: HOSTILE,
    phases: [{ name: HOSTILE, mode: HOSTILE, status: "open", tasks: [HOSTILE] }],
    escalations: [
      {
        id: HOSTILE,
        task: HOSTILE,
        issueType: HOSTILE,
        severity: "critical",
        message: HOSTILE,
        raised: START,
        resolved: null,
        decision: null,
        recommendedActions: [HOSTILE],
        blockingTasks: [HOSTILE],
        agent: HOSTILE,
        attempts: 1,
        recoveries: [{ attempt: 1, level: 1, action: HOSTILE, errorType: HOSTILE }],
        systemState: {
          tasks: { total: 2, completed: 1, failed: 0, skipped: 0, cancelled: 0 },
          running: 0,
          ready: 0,
          escalations: 0,
          agents: 1,
          agentsAvailable: 1,
          reserved: { memoryMb: 0, cpuCores: 0, diskMb: 0 },
          totals: null,
        },
      },
    ],
    alerts: [
      {
        rule: HOSTILE,
        severity: "warning",
        action: HOSTILE,
        raised: START,
        cleared: null,
        holds: true,
        details: HOSTILE,
      },
    ],
  });
}

describe("HTML report", () => {
  it("shows graph, timeline, resources, criteria, recoveries and escalations", () => {
    const text = page();
    for (const id of ["graph", "timeline", "resources", "criteria", "recoveries", "escalations", "alerts", "tasks"]) {
      expect(text).toContain(`<section class="section" id="${id}"`);
    }
    expect(text.match(/class="node /g)).toHaveLength(12);
    expect(text.match(/class="try /g)).toHaveLength(15);
    expect(text.match(/class="recovery"/g)).toHaveLength(4);
  });

  it("asks for nothing from outside and holds no script", () => {
    const text = page();
    expect(text).not.toMatch(/<script|<link|<iframe|@import|url\((?!#)/i);
    expect(text).not.toMatch(/(?:src|href)="(?!#)/);
    expect(text).toContain(`default-src &#39;none&#39;`);
  });

  it("escapes whatever users name, everywhere", () => {
    const text = page(hostileSession());
    const tags = [...text.matchAll(/<(\/?[a-z][a-z0-9]*)\b/gi)].map((tag) => tag[1]?.toLowerCase());
    expect(tags).not.toContain("script");
    expect(tags).not.toContain("img");
    expect(text.match(/<title>|<\/title>/g)?.length).toBeGreaterThan(1);
    const attributes = [...text.matchAll(/<[a-z][^<>]*>/gi)].map((tag) => tag[0].replace(/"[^"]*"/g, ""));
    expect(attributes.filter((tag) => /\son|javascript/i.test(tag))).toEqual([]);
    expect(text.isWellFormed()).toBe(true);
    expect(text).not.toMatch(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/u);
  });

  it("keeps every tag closed when names are hostile", () => {
    const empty = new Set(["meta", "br"]);
    const open: string[] = [];
    for (const [, slash, name, selfClosed] of page(hostileSession())
      .replace(/<style>.*<\/style>/s, "")
      .matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/gi)) {
      const tag = (name as string).toLowerCase();
      if (slash === "/") expect(open.pop()).toBe(tag);
      else if (selfClosed !== "/" && !empty.has(tag)) open.push(tag);
    }
    expect(open).toEqual([]);
  });

  it("tells states by icon and word, not by colour alone", () => {
    const text = page(
      aSession([aTask("A", { status: "failed" }), aTask("B", { status: "skipped", started: null, ended: null })], {
        status: "failed",
      }),
    );
    for (const status of ["failed", "skipped"]) {
      expect(text).toContain(`href="#i-${status}"/></svg>${status}</span>`);
      expect(text).toMatch(new RegExp(`s-${status}.*?href="#i-${status}"`, "s"));
    }
  });

  it("says in words what it does not draw", () => {
    const many = Array.from({ length: MAX_DRAWN_TASKS + 1 }, (_, index) => aTask(`T${index}`));
    const text = page(aSession(many));
    expect(text).not.toContain('class="graph"');
    expect(text).toContain(`this plan has ${MAX_DRAWN_TASKS + 1}`);
  });

  it("is complete for a session without tasks", () => {
    const text = page(aSession([], { name: "" }));
    expect(text).toContain('aria-label="Tasks: none"');
    expect(text.trimEnd().endsWith("</html>")).toBe(true);
  });

  it("gives the same bytes for the same session", () => {
    expect(page()).toBe(page());
  });

  it("marks a peak above the reservation", () => {
    const task = aTask("A", { resources: { ...aTask("A").resources, memoryMb: 100 } });
    expect(page(aSession([task]))).toContain('class="bar over"');
  });
});
