import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ENTRY = new URL("../index.node.ts", import.meta.url).href;
const NODE_ENTRY = new URL("../node.ts", import.meta.url).href;

/** What a program of its own prints before it ends by itself; the team in it is never closed. */
async function program(text: string, file?: string): Promise<string> {
  const [entry, target] = file === undefined ? [ENTRY, ""] : [NODE_ENTRY, JSON.stringify(file)];
  const script = `import { Polyphon } from ${JSON.stringify(entry)};\nconst team = await Polyphon.open(${target});\n${text}`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { timeout: 20_000 });
  return stdout.trim();
}

test("signs of life alone do not keep a process from ending", async () => {
  const said = await program(`
    team.agent("quick", { heartbeatMs: 60_000 }, (task) => task.key);
    console.log((await team.orchestrate({ tasks: [{ key: "a" }] }).result).outputs.a);`);
  expect(said).toBe("a");
}, 30_000);

test("work that has not ended does: its timeout is waited for", async () => {
  const said = await program(`
    team.agent("stuck", () => new Promise(() => undefined));
    const recovery = { maxRetries: 0, graceMs: 10, escalationThreshold: 9 };
    const { result } = team.orchestrate({ tasks: [{ key: "a", timeoutMs: 500 }], recovery });
    console.log((await result).status);`);
  expect(said).toBe("failed");
}, 30_000);

test("a team in a file keeps a process no longer than its work, and what was acknowledged or only sent is there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "polyphon-exit-"));
  const file = join(folder, "team.db");
  try {
    const first = await program(
      `
      team.agent("quick", { heartbeatMs: 60_000 }, (task) => task.key);
      const done = team.orchestrate({ tasks: [{ key: "a" }] });
      await done.result;
      const { ready } = team.orchestrate({ tasks: [{ key: "b", needs: ["nobody"], timeoutMs: 1_000 }], timeoutMs: 1_500 });
      ready.then((id) => console.log(JSON.stringify([done.id, id])));`,
      file,
    );
    const [done, unfinished] = JSON.parse(first) as readonly string[];
    const second = await program(
      `
      const views = await Promise.all(${JSON.stringify([done, unfinished])}.map((id) => team.session(id).view()));
      console.log(JSON.stringify(views.map(({ status }) => status)));`,
      file,
    );
    // The second session kept its process until its own time was over.
    expect(JSON.parse(second)).toEqual(["completed", "failed"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
