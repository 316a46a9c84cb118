import { describe, expect, it } from "vitest";
import { aSession, aTask, aTry, HOSTILE, START } from "../../report/testing/fixtures.ts";
import { suiteSession } from "../../report/testing/suite.ts";
import { fitCells, stringWidth } from "../output/cells.ts";
import { styleFor } from "../output/style.ts";
import { bar } from "./bar.ts";
import { frame } from "./frame.ts";
import { pickTasks } from "./pick.ts";
import { plainReporter } from "./plain.ts";
import { transitionLine, transitions } from "./transitions.ts";

const plainStyle = styleFor({ isTTY: false }, {});
const lines = (...args: Parameters<typeof transitions>): readonly string[] =>
  transitions(...args).map((one) => transitionLine(one, plainStyle));

describe("plain progress", () => {
  it("prints one line per transition, in order of time, however much happened between two views", () => {
    const all = lines(undefined, suiteSession());
    expect(all[0]).toBe(
      "2025-07-10T10:00:00.000Z session session_01k0000000000000000000000 started name=cashcow_test_orchestrator tasks=12",
    );
    expect(all.filter((line) => / task \S+ started /.test(line))).toHaveLength(15);
    expect(all.filter((line) => / task \S+ completed/.test(line))).toHaveLength(12);
    expect(all.filter((line) => / task \S+ try-/.test(line))).toHaveLength(4);
    expect(all).toContain(
      "2025-07-10T10:00:02.700Z task A2 try-failed try=1 agent=agent_002 ms=2570 error=import_error message=\"Cannot find module 'decimal.js'\" level=1 recovery=reinstall_deps",
    );
    expect(all).toContain(
      "2025-07-10T10:00:09.250Z escalation escalation_01k00000000000000000000000 resolved task=A2 decision=retry",
    );
    expect(all.at(-1)).toBe(
      "2025-07-10T10:00:41.350Z session session_01k0000000000000000000000 completed outcome=met ms=41350",
    );
    expect([...all].sort((a, b) => a.slice(0, 24).localeCompare(b.slice(0, 24)))).toEqual(all);
  });

  it("puts what ends before what it makes possible, in one moment", () => {
    const tasks = [
      aTask("A", { ended: START + 500, history: [aTry(1, 0, 500)] }),
      aTask("B", { started: START + 500, ended: START + 500, history: [aTry(1, 500, 500)] }),
    ];
    const phases = [
      { name: "one", mode: "parallel", status: "passed", tasks: ["A"] },
      { name: "two", mode: "parallel", status: "open", tasks: ["B"] },
    ] as const;
    const all = transitions(undefined, aSession(tasks, { status: "running", ended: null, phases }));
    expect(all.map(({ id, event }) => `${id} ${event}`).slice(1)).toEqual([
      "A started",
      "A completed",
      "one passed",
      "two open",
      "B started",
      "B completed",
    ]);
  });

  it("prints nothing twice", () => {
    expect(lines(suiteSession(), suiteSession())).toEqual([]);
  });

  it("splits the same transitions over any views in between", () => {
    const running = aSession([aTask("A", { status: "running", ended: null, history: [aTry(1, 0, null)] })], {
      status: "running",
      ended: null,
    });
    const done = aSession([aTask("A", { history: [aTry(1, 0, 1_000)] })]);
    expect([...lines(undefined, running), ...lines(running, done)]).toEqual(lines(undefined, done));
  });

  it("tells states that no try explains", () => {
    const before = aSession([aTask("A", { status: "pending", started: null, ended: null })], {
      status: "running",
      ended: null,
    });
    const after = aSession([aTask("A", { status: "skipped", started: null, ended: null, reason: "B failed" })], {
      status: "paused",
      ended: null,
    });
    expect(lines(before, after)).toEqual([
      '2025-07-10T10:00:00.000Z task A skipped reason="B failed"',
      "2025-07-10T10:00:00.000Z session session_01k0000000000000000000000 paused",
    ]);
  });

  it("keeps hostile names on one line and in one word", () => {
    const view = aSession(
      [
        aTask(HOSTILE, {
          history: [aTry(1, 0, 9, { outcome: "failed", agent: HOSTILE, error: { type: HOSTILE, message: HOSTILE } })],
        }),
      ],
      { name: HOSTILE },
    );
    for (const line of lines(undefined, view)) expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it("leaves out what an earlier run has printed", () => {
    let out = "";
    const output = {
      write(text: string) {
        out += text;
      },
    };
    plainReporter(output, plainStyle, START + 30_000).update(suiteSession(), START);
    expect(
      out
        .split("\n")
        .slice(0, 2)
        .map((line) => line.slice(25)),
    ).toEqual(["task C1 completed try=1 agent=agent_001 ms=6600", "task C2 started try=1 agent=agent_002"]);
  });

  it("begins anew with another session", () => {
    let out = "";
    const reporter = plainReporter(
      {
        write(text) {
          out += text;
        },
      },
      plainStyle,
    );
    const one = aSession([], { status: "running", ended: null });
    reporter.update(one, START);
    reporter.update({ ...one, id: "session_2" }, START);
    expect(out.match(/ started /g)).toHaveLength(2);
  });
});

describe("bars", () => {
  it("fill to an eighth of a cell and never beyond", () => {
    expect(bar(0, 4)).toEqual({ filled: "", rest: "░░░░" });
    expect(bar(50, 4)).toEqual({ filled: "██", rest: "░░" });
    expect(bar(3.125, 4)).toEqual({ filled: "▏", rest: "░░░" });
    expect(bar(250, 2)).toEqual({ filled: "██", rest: "" });
    expect(bar(Number.NaN, 2)).toEqual({ filled: "", rest: "░░" });
  });

  it("show every task and the total, within the terminal", () => {
    for (const columns of [40, 80, 200]) {
      for (const rows of [8, 24]) {
        const text = frame(suiteSession(), { style: plainStyle, now: START, columns, rows });
        const shown = text.split("\n");
        expect(shown.length).toBeLessThan(rows);
        for (const line of shown) expect(stringWidth(line)).toBeLessThan(columns);
        expect(shown.at(-1)).toContain("100 %");
      }
    }
  });

  it("say who works for how long, and what is left", () => {
    const task = aTask("A", { status: "running", percentage: 65, ended: null, history: [aTry(1, 0, null)] });
    const view = aSession([task], { status: "running", ended: null, etaMs: 3_000 });
    const text = frame(view, { style: plainStyle, now: START + 5_000, columns: 100, rows: 24 });
    expect(text).toMatch(/▶ A .* 65 % {2}agent_001 5\.00 s/);
    expect(text).toContain("about 3.00 s left");
  });

  it("keep what matters when there is no room for all", () => {
    const tasks = Array.from({ length: 50 }, (_, index) =>
      aTask(`T${index}`, { status: index === 49 ? "waiting" : index > 40 ? "pending" : "completed" }),
    );
    const { shown, hidden } = pickTasks(tasks, 10);
    expect(shown.map((task) => task.id)).toContain("T49");
    expect(shown).toHaveLength(9);
    expect(hidden).toBe("and 41 completed");
  });

  it("colour nothing when colours are off, and keep the same text when on", () => {
    const options = { now: START, columns: 90, rows: 24 };
    const plain = frame(suiteSession(), { ...options, style: plainStyle });
    const coloured = frame(suiteSession(), { ...options, style: styleFor({ isTTY: true }, {}) });
    expect(plain).not.toContain("\u001b");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
    expect(coloured.replace(/\u001b\[\d+m/g, "").replace(/ +$/gm, "")).toBe(plain);
  });

  it("cut wide characters whole", () => {
    expect(fitCells("漢字漢字", 5)).toBe("漢字…");
    expect(fitCells("漢字漢字", 4)).toBe("漢… ");
    expect(fitCells("abc", 5, "right")).toBe("  abc");
    expect(fitCells("abc", 0)).toBe("");
  });
});
