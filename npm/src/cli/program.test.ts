import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Harness } from "./testing/harness.ts";

let cli: Harness;
beforeEach(() => {
  cli = new Harness();
});
afterEach(() => cli.remove());

describe("command line", () => {
  it("explains itself and every command", async () => {
    expect(await cli.run("--help")).toBe(0);
    for (const name of [
      "run",
      "check",
      "sessions",
      "show",
      "report",
      "agents",
      "escalations",
      "approve",
      "retry",
      "abort",
      "verify",
      "replay",
      "doctor",
    ]) {
      expect(cli.out).toMatch(new RegExp(`^  ${name} `, "m"));
      const one = new Harness();
      expect(await one.run(name, "--help")).toBe(0);
      expect(one.out).toContain("--json");
      expect(one.out).toContain("--db <path>");
      one.remove();
    }
  });

  it("prints its version", async () => {
    expect(await cli.run("--version")).toBe(0);
    expect(cli.out).toBe("0.0.0-test\n");
  });

  it("asked for nothing, shows the help as an error", async () => {
    expect(await cli.run()).toBe(2);
    expect(cli.err).toContain("Usage: polyphon");
    expect(cli.out).toBe("");
  });

  it.each([
    [["sesions"], "unknown command 'sesions' (did you mean sessions?)"],
    [["run", "--simulat", "x.yaml"], "unknown option '--simulat' (did you mean --simulate?)"],
    [["show"], "missing required argument 'id'"],
    [["show", "a", "b"], "too many arguments"],
    [["replay", "team.db"], "--until says up to which event"],
    [["replay", "team.db", "--until", "-1"], "It is a whole number from 0"],
    [["report", "x", "--format", "pdf"], "Allowed are json, md, html"],
    [["run", "x.yaml", "--seed", "1.5"], "It is a whole number from 0"],
    [["run", "x.yaml", "--seed", "3"], "add --simulate"],
  ])("refuses %j", async (argv, message) => {
    expect(await cli.run(...argv)).toBe(2);
    expect(cli.err).toContain("error CLI_USAGE: ");
    expect(cli.err).toContain(message);
    expect(cli.err).toContain("remedy");
    expect(cli.err).toContain("docs/errors/CLI_USAGE.md");
    expect(cli.out).toBe("");
  });

  it("prints an error as one JSON object with --json, also before options are understood", async () => {
    expect(await cli.run("sesions", "--json")).toBe(2);
    expect(cli.err).toBe("");
    expect(cli.json().error).toMatchObject({
      code: "CLI_USAGE",
      message: "unknown command 'sesions' (did you mean sessions?)",
      retryable: false,
      docs: "docs/errors/CLI_USAGE.md",
    });
  });

  it("takes the options of every command also before its name", async () => {
    const db = cli.database("other.db");
    expect(await cli.run("--json", "--db", db, "sessions")).toBe(0);
    expect(cli.json()).toEqual({ sessions: [], more: false });
  });

  it("names the help of the command that was meant", async () => {
    await cli.run("show");
    expect(cli.err).toContain("Run `polyphon help show`.");
    expect(await cli.run("help", "nothing")).toBe(2);
    expect(cli.err).toContain("error CLI_USAGE: unknown command 'nothing'");
  });

  it("treats what nobody foresaw as broken, with the stack on demand", async () => {
    cli.runtime.config = () => {
      throw new Error("boom");
    };
    expect(await cli.run("check", "x.yaml")).toBe(3);
    expect(cli.err).toContain("error CLI_INTERNAL: Something that should not happen did: boom");
    expect(cli.err).not.toContain("program.test.ts");
    cli.err = "";
    cli.env.POLYPHON_DEBUG = "1";
    expect(await cli.run("check", "x.yaml")).toBe(3);
    expect(cli.err).toMatch(/Error: boom\n\s+at /);
  });

  it("colours only where it is wanted", async () => {
    await cli.run("sesions");
    expect(cli.err).not.toContain("\u001b");
    cli.env.FORCE_COLOR = "1";
    await cli.run("sesions");
    expect(cli.err).toContain("\u001b[31m");
    cli.err = "";
    cli.env.NO_COLOR = "1";
    await cli.run("sesions");
    expect(cli.err).not.toContain("\u001b");
  });
});
