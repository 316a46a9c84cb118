import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type ProcessHost, processHost } from "../../../npm/src/hosts/process/host.ts";
import { systemClock } from "../../../npm/src/runtime/clock.ts";
import { Bench, FIXTURES } from "./harness.ts";

const bench = new Bench();
afterAll(() => bench.close());

describe("programs an agent needs", () => {
  const setup = {
    agentId: "a",
    name: "a",
    config: null,
    signal: new AbortController().signal,
    state: async () => null,
  };
  const hostOf = (requires: readonly string[]): ProcessHost =>
    processHost({ clock: systemClock(), teamId: "team_x", requires });

  it("are looked up before it takes work", async () => {
    await hostOf(["sh", process.execPath]).start?.(setup);
    for (const missing of ["no-such-program", "/no/such/program", fileURLToPath(import.meta.url)])
      await expect(hostOf([missing]).start?.(setup)).rejects.toMatchObject({ code: "HOST_PROGRAM_NOT_FOUND" });
    expect(hostOf([]).start).toBeUndefined();
  });
});

describe("a program", () => {
  it("finds its task on standard input, little of our environment and what Polyphon says", async () => {
    process.env.SECRET_OF_OURS = "hidden";
    const recovery = { level: 1, action: "reduce_dataset", errorType: "memory_error" };
    const args = ["$HOME; echo no > shell", "a b", "", "{{dir}}/x", "{{other}}", "{a,b}"];
    const { result, sink, id } = await bench.fixture("report.mjs", args, {
      attempt: {
        input: { rows: [1, "ü\u0000\ud800"] },
        number: 2,
        recovery,
        outputs: async () => ({ before: [1, 2] }),
        context: async () => ({ region: "north" }),
      },
      program: {
        env: { OWN: "of {{id}}", POLYPHON_TASK: "forged" },
        results: [{ format: "jsonl" }, { format: "jsonl", path: "{{dir}}/lines.jsonl" }],
        recoveries: { reduce_dataset: { env: { ROWS: "10" } } },
      },
    });
    delete process.env.SECRET_OF_OURS;
    const output = result.output as { document: unknown; env: Record<string, string>; cwd: string; args: string[] };
    expect(result).toMatchObject({ ok: true, exitCode: 0 });
    expect(output.args).toEqual([...args.slice(0, 3), join(bench.dir, "x"), "{{other}}", "{a,b}"]);
    expect(`${output.cwd}/`).toBe(FIXTURES);
    expect(output.document).toEqual({
      config: null,
      state: null,
      task: { id: "task_1", key: "A1", session: "session_1", agent: "agent_1" },
      input: { rows: [1, "ü\u0000\ud800"] },
      outputs: { before: [1, 2] },
      context: { region: "north" },
      attempt: { id, number: 2, fence: 7, timeoutMs: 60_000, graceMs: 1_000 },
      recovery,
      resources: { memoryMb: 512, cpuCores: 1, diskMb: 100 },
      dir: bench.dir,
    });
    expect(output.env).toMatchObject({
      OWN: "of A1",
      ROWS: "10",
      POLYPHON_ATTEMPT: id,
      POLYPHON_ATTEMPT_NUMBER: "2",
      POLYPHON_TASK: "A1",
      POLYPHON_SESSION: "session_1",
      POLYPHON_TEAM: bench.teamId,
      POLYPHON_RECOVERY: "reduce_dataset",
      POLYPHON_DIR: bench.dir,
      POLYPHON_MEMORY_MB: "512",
      POLYPHON_TIMEOUT_MS: "60000",
      POLYPHON_RESULTS: join(bench.dir, "lines.jsonl"),
    });
    expect(output.env).not.toHaveProperty("SECRET_OF_OURS");
    expect(sink.logged).toContainEqual({ level: "info", text: "an ordinary line" });
  });

  it("that exits with 0 is done, and its output is what it printed", async () => {
    const { result } = await bench.fixture("exit.mjs", ["0", "careful"]);
    expect(result).toMatchObject({
      ok: true,
      exitCode: 0,
      output: {
        exitCode: 0,
        stdout: { text: "bye\n", bytes: 4, truncated: false },
        stderr: { text: "careful\n", bytes: 8, truncated: false },
      },
    });
    expect(result.metrics.execution_time).toBeGreaterThan(0);
    expect(result.durationMs).toBeGreaterThanOrEqual((result.metrics.execution_time ?? 0) * 1_000 - 1);
  });

  it.each([
    ["1", "something broke", "logic_error"],
    ["1", "Error: Cannot find module './x'", "import_error"],
    ["1", "open '/etc/shadow': Permission denied", "permission_error"],
    ["1", "connect ECONNREFUSED 127.0.0.1:1", "network_error"],
    ["1", "MemoryError", "memory_error"],
    ["1", "AssertionError: 2 != 3", "calculation_error"],
    ["3", "AssertionError: 2 != 3", "import_error"],
    ["126", "", "permission_error"],
    ["127", "", "system_error"],
  ])("that exits with %s saying %j failed with a type", async (code, text, type) => {
    const { result } = await bench.fixture("exit.mjs", [code, text], {
      program: { errorTypes: { "3": "import_error" } },
    });
    expect(result).toMatchObject({
      ok: false,
      exitCode: Number(code),
      error: { type, details: { exitCode: Number(code), signal: null } },
    });
    expect(result.error?.message).toContain(`exit code ${code}`);
    expect(result.error?.message).toContain(text);
  });

  it("that is killed from outside failed with the signal", async () => {
    const { result } = await bench.run({
      argv: [process.execPath, "-e", "process.kill(process.pid, 'SIGSEGV')"],
      cwd: FIXTURES,
    });
    expect(result).toMatchObject({
      ok: false,
      exitCode: null,
      error: { type: "system_error", details: { signal: "SIGSEGV" } },
    });
  });

  it("that does not exist, or may not be executed, is an error with a code", async () => {
    const plain = join(bench.root, "plain.txt");
    writeFileSync(plain, "no program");
    chmodSync(plain, 0o644);
    const script = join(bench.root, "script.sh");
    writeFileSync(script, "#!/no/such/interpreter\n");
    chmodSync(script, 0o755);
    const cases = [
      [["no-such-program-anywhere"], "HOST_PROGRAM_NOT_FOUND", "system_error"],
      [["./no/such"], "HOST_PROGRAM_NOT_FOUND", "system_error"],
      [[script], "HOST_PROGRAM_NOT_FOUND", "system_error"],
      [[plain], "HOST_SPAWN_FAILED", "permission_error"],
      [[process.execPath, "x".repeat(5_000_000)], "HOST_SPAWN_FAILED", "system_error"],
      [[""], "HOST_PROGRAM_INVALID", "system_error"],
      [[process.execPath, "a\0b"], "HOST_PROGRAM_INVALID", "system_error"],
    ] as const;
    for (const [argv, code, type] of cases) {
      const { result } = await bench.run({ argv: argv as unknown as [string], cwd: FIXTURES });
      expect(result, argv[0]).toMatchObject({ ok: false, exitCode: null, error: { code, type } });
    }
  });

  it("without a proper folder is refused before anything starts", async () => {
    const argv = [process.execPath, "-e", "0"] as const;
    const code = "HOST_PROGRAM_INVALID";
    expect((await bench.run({ argv, cwd: "relative" })).result.error).toMatchObject({
      code,
      message: expect.stringContaining("not absolute"),
    });
    expect((await bench.run({ argv, cwd: join(FIXTURES, "nowhere") })).result.error).toMatchObject({
      code,
      message: expect.stringContaining("does not exist"),
    });
    expect((await bench.run({ argv, cwd: FIXTURES }, { attempt: { dir: "x" } })).result.error).toMatchObject({ code });
    expect((await bench.run({ argv, cwd: FIXTURES, env: { "A=B": "x" } })).result.error).toMatchObject({ code });
  });

  it("may leave a large input unread", async () => {
    const { result } = await bench.fixture("exit.mjs", ["0"], { attempt: { input: "x".repeat(8 * 1024 * 1024) } });
    expect(result.ok).toBe(true);
  });

  it("gets the command of a recovery run before it, once and with its environment", async () => {
    const recovery = { level: 1, action: "reinstall_deps", errorType: "import_error" };
    const repair = `require("fs").appendFileSync(process.env.POLYPHON_DIR + "/repaired", process.env.HOW + "\\n")`;
    const check = `process.stdout.write(require("fs").readFileSync(process.env.POLYPHON_DIR + "/repaired"))`;
    const { result } = await bench.run(
      {
        argv: [process.execPath, "-e", check],
        cwd: FIXTURES,
        recoveries: { reinstall_deps: { argv: [process.execPath, "-e", repair], env: { HOW: "well" } } },
      },
      { attempt: { recovery } },
    );
    expect(result).toMatchObject({ ok: true, output: { stdout: { text: "well\n" } } });
  });

  it("is not run when the command of its recovery fails, and the error says so and keeps its type", async () => {
    const recovery = { level: 1, action: "reinstall_deps", errorType: "import_error" };
    const run = (argv: readonly [string, ...string[]]) =>
      bench.fixture("exit.mjs", ["0"], {
        attempt: { recovery },
        program: { recoveries: { reinstall_deps: { argv } } },
      });
    const { result } = await run([process.execPath, "-e", "console.error('registry is down'); process.exit(4)"]);
    expect(result).toMatchObject({
      ok: false,
      error: {
        type: "import_error",
        code: "HOST_RECOVERY_FAILED",
        message: "recovery reinstall_deps failed: it ended with exit code 4",
        details: { recovery, exitCode: 4, output: "registry is down\n" },
      },
    });
    expect((await run(["no-such-installer"])).result.error).toMatchObject({
      code: "HOST_RECOVERY_FAILED",
      message: expect.stringContaining("no-such-installer was not found"),
    });
  });
});
