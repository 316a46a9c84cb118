import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError, type ConfigProblem, loadConfig } from "../index.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "polyphon-config-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(dir, name), text);

async function refusal(...files: string[]): Promise<readonly ConfigProblem[]> {
  try {
    await loadConfig(files, { cwd: dir });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("files of a configuration", () => {
  it("include others, each once, relative to themselves", async () => {
    mkdirSync(join(dir, "parts"));
    write("main.yaml", "include: parts/a.yaml\nagent_pool: {max_agents: 5}");
    write("parts/a.yaml", "include: [b.yaml, ../main.yaml]\nagent_pool: {min_agents: 1}");
    write("parts/b.yaml", "agent_pool: {agent_timeout: 7}");
    symlinkSync(join(dir, "parts/b.yaml"), join(dir, "again.yaml"));
    const config = await loadConfig(["main.yaml", "again.yaml"], { cwd: dir });
    expect(config.pool).toMatchObject({ min: 1, max: 5, agentTimeoutMs: 7_000 });
    expect(config.files).toEqual(["main.yaml", "parts/a.yaml", "parts/b.yaml"].map((file) => join(dir, file)));
  });

  it("run programs in the directory of the file that holds the template", async () => {
    mkdirSync(join(dir, "sub"));
    write("main.yaml", "include: sub/t.yaml\norchestrator: {task_definitions: {unit_tests: [{id: A, template: t}]}}");
    write("sub/t.yaml", "templates: {t: {argv: [x], cwd: work}}");
    const { plan } = await loadConfig("main.yaml", { cwd: dir });
    expect(plan.tasks[0]?.program).toMatchObject({
      cwd: "{{config_dir}}/work",
      values: { config_dir: join(dir, "sub") },
    });
  });

  it("that cannot be read are named, all of them", async () => {
    write("main.yaml", "include: [gone.yaml, .]\nrecovery: {max_retries: x}");
    write("latin.yaml", Uint8Array.of(0x61, 0x3a, 0x0a, 0x62, 0x3a, 0x20, 0xe9));
    write("wide.yaml", Uint8Array.of(0xff, 0xfe, 0x61, 0x00));
    const problems = await refusal("main.yaml", "latin.yaml", "wide.yaml", "nowhere/x.yaml");
    expect(problems.map(({ code, file, line, column }) => `${code} ${file} ${line}:${column}`)).toEqual([
      "CONFIG_FILE_NOT_FOUND main.yaml 1:11",
      "CONFIG_FILE_UNREADABLE main.yaml 1:22",
      "CONFIG_TYPE main.yaml 2:25",
      "CONFIG_ENCODING latin.yaml 2:4",
      "CONFIG_ENCODING wide.yaml 1:1",
      "CONFIG_FILE_NOT_FOUND nowhere/x.yaml 1:1",
    ]);
  });

  it("of more than 64 MiB are refused by their size", async () => {
    write("big.yaml", "");
    truncateSync(join(dir, "big.yaml"), 64 * 1024 * 1024 + 1);
    expect((await refusal("big.yaml")).map((problem) => problem.code)).toEqual(["CONFIG_TOO_LARGE"]);
  });

  it("are at most 64", async () => {
    const names = Array.from({ length: 65 }, (_, index) => `f${index}.yaml`);
    for (const name of names) write(name, "{}");
    write("f0.yaml", `include: [${names.join(", ")}]`);
    expect((await refusal("f0.yaml")).map((problem) => problem.code)).toEqual(["CONFIG_TOO_MANY_FILES"]);
  });

  it("may start with a byte order mark and end lines in any way", async () => {
    write("bom.yaml", "\ufeffagent_pool:\r\n  max_agents: 9\r\n");
    expect((await loadConfig("bom.yaml", { cwd: dir })).pool.max).toBe(9);
    write("bom.yaml", "\ufeffagent_pool:\r\n  max_agent: 9\r\n");
    expect(await refusal("bom.yaml")).toMatchObject([
      { line: 2, column: 3, excerpt: { text: "  max_agent: 9", caret: 2 } },
    ]);
  });

  it("must be given unless defaults will do", async () => {
    await expect(loadConfig([])).rejects.toThrow("No configuration file was given.");
    const config = await loadConfig([], {
      filesOptional: true,
      cwd: dir,
      env: { POLYPHON_AGENT_POOL_MAX_AGENTS: "2" },
    });
    expect(config.pool).toMatchObject({ min: 2, max: 2 });
    expect(config.files).toEqual([]);
  });
});
