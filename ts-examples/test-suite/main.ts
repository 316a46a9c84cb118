// What:  runs planted-failures.yaml on the command line of Polyphon and compares what became of each failure with what should.
// Run:   npm run example test-suite
// See:   one line per task with the levels of recovery at work; two tasks wait for a human in the end, as they must.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** As much of the report as is looked at here. */
interface Report {
  readonly tasks: readonly {
    readonly id: string;
    readonly status: string;
    readonly attempts: number;
    readonly history: readonly {
      readonly error: { readonly type: string } | null;
      readonly recovery: { readonly level: number; readonly action: string } | null;
    }[];
  }[];
  readonly escalations: readonly {
    readonly task: string;
    readonly issueType: string;
    readonly resolved: number | null;
  }[];
}

/** Status, tries, and for each try that failed the type of its error and what was done about it, by task. */
const EXPECTED: Readonly<Record<string, string>> = {
  sound: "completed, 1",
  flaky: "completed, 2, network_error: level 1 retry_with_backoff",
  import: "completed, 2, import_error: level 1 reinstall_deps",
  slow: "completed, 2, timeout: level 1 extend_timeout",
  memory: "completed, 3, memory_error: level 1 reduce_dataset, memory_error: level 2 increase_allocation",
  hang: "waiting, 3, timeout: level 1 extend_timeout, timeout: level 2 increase_allocation, timeout: level 3 escalate, human asked: timeout",
  wrong: "waiting, 1, calculation_error: level 3 escalate, human asked: calculation_error",
  after: "pending, 0",
};

function outcomeOf(task: Report["tasks"][number], escalations: Report["escalations"]): string {
  const levels = task.history.flatMap(({ error, recovery }) =>
    recovery === null ? [] : [`${error?.type}: level ${recovery.level} ${recovery.action}`],
  );
  const open = escalations.filter((escalation) => escalation.task === task.id && escalation.resolved === null);
  const asked = open.map(({ issueType }) => `human asked: ${issueType}`);
  return [task.status, task.attempts, ...levels, ...asked].join(", ");
}

async function run(db: string): Promise<{ report: Report; code: number | null }> {
  const cli = fileURLToPath(new URL("dist/cli/main.js", import.meta.resolve("polyphon/package.json")));
  const plan = join(import.meta.dirname, "planted-failures.yaml");
  const child = spawn(process.execPath, [cli, "run", plan, "--db", db, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const report = JSON.parse(await text(child.stdout)) as Report;
  return { report, code: await closed };
}

const folder = await mkdtemp(join(tmpdir(), "planted-failures-"));
try {
  const { report, code } = await run(join(folder, "team.db"));
  let wrong = code === 1 ? 0 : 1;
  for (const task of report.tasks) {
    const outcome = outcomeOf(task, report.escalations);
    const right = outcome === EXPECTED[task.id];
    if (!right) wrong += 1;
    console.log(
      `${right ? "✓" : "✗"} ${task.id.padEnd(8)}${outcome}${right ? "" : `   expected ${EXPECTED[task.id]}`}`,
    );
  }
  console.log(wrong === 0 ? "every failure was met as it should be" : `${wrong} went another way`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
