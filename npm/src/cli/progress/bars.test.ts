import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aSession, aTask, START } from "../../report/testing/fixtures.ts";
import type { CliContext } from "../context.ts";
import { styleFor } from "../output/style.ts";
import { Harness } from "../testing/harness.ts";
import { barsReporter } from "./bars.ts";
import { progressMode, progressReporter } from "./reporter.ts";

let cli: Harness;
let shown = "";
let context: CliContext;
beforeEach(() => {
  cli = new Harness();
  shown = "";
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  stream.on("data", (chunk) => {
    shown += String(chunk);
  });
  const base = cli.context();
  const stdout = {
    write: (text: string) => void stream.write(text),
    isTTY: true,
    columns: 80,
    rows: 24,
    stream: stream as unknown as NodeJS.WriteStream,
  };
  context = { ...base, stdout };
});
afterEach(() => cli.remove());

const view = (percentage: number) =>
  aSession([aTask("A", { status: "running", percentage, ended: null })], {
    status: "running",
    ended: null,
    percentage,
  });
const style = styleFor({ isTTY: false }, {});

describe("bars on a terminal", () => {
  it("are drawn over themselves, leave room for a note, and go at the end", () => {
    const bars = barsReporter(context, style);
    bars.update(view(10), START);
    bars.update(view(90), START);
    bars.note("a word");
    bars.pause();
    bars.update(view(95), START);
    bars.end();
    expect(shown).toContain("10 %");
    expect(shown).toContain("95 %");
    // Lines are cleared between two pictures.
    expect(shown).toContain("\u001b[2K");
    expect(shown.indexOf("a word")).toBeGreaterThan(shown.indexOf("90 %"));
  });

  it("have nothing to show before the first view", () => {
    const bars = barsReporter(context, style);
    bars.note("early");
    bars.end();
    expect(shown).toContain("early");
  });
});

describe("progress", () => {
  it("is bars on a terminal, lines elsewhere, nothing for --json", async () => {
    expect(progressMode(context, false)).toBe("bars");
    expect(progressMode({ ...context, env: { TERM: "dumb" } }, false)).toBe("plain");
    expect(progressMode(cli.context(), false)).toBe("plain");
    expect(progressMode(context, true)).toBe("silent");
    const silent = await progressReporter("silent", cli.context(), style);
    silent.update(view(1), START);
    silent.note("for people");
    silent.pause();
    silent.end();
    expect([cli.out, cli.err]).toEqual(["", "for people\n"]);
    (await progressReporter("bars", context, style)).update(view(42), START);
    expect(shown).toContain("42 %");
  });
});
