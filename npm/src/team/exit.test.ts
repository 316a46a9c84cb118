import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ENTRY = new URL("../index.node.ts", import.meta.url).href;

/** What a program of its own prints before it ends by itself; the team in it is never closed. */
async function program(text: string): Promise<string> {
  const script = `import { Polyphon } from ${JSON.stringify(ENTRY)};\nconst team = await Polyphon.open();\n${text}`;
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
