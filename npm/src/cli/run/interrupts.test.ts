import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { aSession, aTask } from "../../report/testing/fixtures.ts";
import { fakeConfig } from "../testing/fake-runtime.ts";
import { Harness } from "../testing/harness.ts";
import { blocked, done, running } from "../testing/sessions.ts";

let cli: Harness;
beforeEach(() => {
  cli = new Harness();
});
afterEach(() => {
  expect(cli.listeners).toBe(0);
  cli.remove();
});

describe("interrupts", () => {
  it("once: starts nothing new, waits for what runs, leaves with 130", async () => {
    let finish: () => void = () => undefined;
    cli.runtime.drained = new Promise<void>((resolve) => {
      finish = resolve;
    });
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    await run.said("interrupt again");
    expect(cli.runtime.calls).toEqual(["start", "drain"]);
    finish();
    expect(await run.settled()).toBe(130);
    expect(cli.out).toContain("interrupt again to end it at once");
    expect(cli.out).toContain("Interrupted. The same command goes on where it stopped.");
    expect(cli.runtime.calls).toEqual(["start", "drain", "close"]);
  });

  it("twice: leaves at once with 130", async () => {
    cli.runtime.drained = new Promise(() => undefined);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    await run.said("interrupt again");
    cli.interrupt();
    expect(await run.settled()).toBe(130);
    expect(cli.runtime.calls.at(-1)).toBe("close");
  });

  it("a session that ends while draining counts as ended", async () => {
    cli.runtime.drained = new Promise(() => undefined);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    cli.runtime.set(done());
    expect(await run.settled()).toBe(0);
  });

  it("a drain that fails does not keep the process", async () => {
    cli.runtime.drained = Promise.reject(new Error("no"));
    cli.runtime.drained.catch(() => undefined);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml");
    await run.attached();
    cli.interrupt();
    expect(await run.settled()).toBe(130);
  });

  it("call off a question", async () => {
    cli.lines = [];
    cli.runtime.fresh = blocked();
    const run = cli.start("run", "s.yaml");
    await run.until(() => cli.asked.length === 1);
    cli.interrupt();
    expect(await run.settled()).toBe(130);
  });
});

describe("watching", () => {
  it("runs again when a file changed, and leaves on Ctrl-C with the last result", async () => {
    cli.runtime.fresh = done();
    const run = cli.start("run", "s.yaml", "--watch");
    await run.said("Waiting for a change");
    expect(cli.out).toContain("Waiting for a change of the configuration");
    cli.runtime.fresh = aSession([aTask("A", { status: "failed" })], { status: "failed", id: "session_2" });
    cli.changeFile();
    await run.until(() => cli.out.split("Waiting for a change").length === 3);
    expect(cli.runtime.calls).toEqual(["start", "close", "start", "close"]);
    cli.interrupt();
    expect(await run.settled()).toBe(1);
  });

  it("reports a wrong configuration and waits for a better one", async () => {
    cli.runtime.fresh = done();
    cli.runtime.config = () => {
      throw new PolyphonError("PLAN_INVALID", { message: "line 3 is wrong" });
    };
    const run = cli.start("run", "s.yaml", "--watch");
    await run.said("Waiting for a change");
    expect(cli.err).toContain("line 3 is wrong");
    cli.runtime.config = fakeConfig();
    cli.changeFile();
    await run.until(() => cli.out.split("Waiting for a change").length === 3);
    cli.interrupt();
    expect(await run.settled()).toBe(0);
  });

  it("leaves when the runtime broke, and when interrupted in a run", async () => {
    cli.runtime.refusals.push(new PolyphonError("STORE_IO", { message: "disk" }));
    expect(await cli.runThrough("run", "s.yaml", "--watch")).toBe(3);
    cli.runtime.fresh = running();
    const run = cli.start("run", "s.yaml", "--watch");
    await run.attached();
    cli.interrupt();
    expect(await run.settled()).toBe(130);
  });

  it("--once leaves after the report all the same", async () => {
    cli.runtime.fresh = done();
    expect(await cli.runThrough("run", "s.yaml", "--watch", "--once")).toBe(0);
  });
});
