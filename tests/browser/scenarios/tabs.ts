import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inTab, type Stage } from "../stage.ts";

/** Two tabs of one origin and one journal. */
export async function tabs(stage: Stage): Promise<void> {
  const { checks } = stage;
  await checks.check("a second tab is refused until the first lets go", () =>
    inTab(stage, (first) =>
      inTab(stage, async (second) => {
        assert.equal(await open(first, "two-tabs"), "open");
        assert.equal(await open(second, "two-tabs"), "STORE_LOCKED, retryable");
        assert.equal(await open(second, "another-journal"), "open");
        await first.close();
        assert.equal(await open(second, "two-tabs"), "open");
      }),
    ),
  );
  await checks.check("a page whose journal was taken by force writes no more, and says so", () =>
    inTab(stage, (first) =>
      inTab(stage, async (second) => {
        await first.evaluate(async () => {
          const troubles: string[] = [];
          const team = await window.lab.Polyphon.open("stolen", {
            onError: (error) => troubles.push((error as { code?: string }).code ?? error.message),
          });
          team.agent("worker", (task) => task.key);
          await team.orchestrate({ tasks: [{ key: "before" }] }).result;
          Object.assign(window, { team, troubles });
        });
        await second.evaluate(async () => {
          await navigator.locks.request("polyphon:stolen", { steal: true }, () => undefined);
          const team = await window.lab.Polyphon.open("stolen");
          team.agent("worker", (task) => task.key);
          await team.orchestrate({ tasks: [{ key: "after" }] }).result;
          await team.close();
        });
        const refusal = await first.evaluate(async () => {
          const { team } = window as unknown as { team: Awaited<ReturnType<Window["lab"]["Polyphon"]["open"]>> };
          const { result } = team.orchestrate({ tasks: [{ key: "late" }] });
          return result.then(
            () => "done",
            (error: { code: string }) => error.code,
          );
        });
        assert.equal(refusal, "STORE_LOCKED");
        const found = await second.evaluate(async () => {
          const team = await window.lab.Polyphon.open("stolen");
          const { ok } = await team.health();
          const sessions = team.sessions().length;
          await team.close();
          return { ok, sessions };
        });
        assert.deepEqual(found, { ok: true, sessions: 2 });
      }),
    ),
  );
}

/** Opens a journal in a page and keeps it open; answers `open` or the refusal. */
function open(page: Page, name: string): Promise<string> {
  return page.evaluate(
    (journal) =>
      window.lab.Polyphon.open(journal).then(
        () => "open",
        (error: { code: string; retryable: boolean }) => `${error.code}${error.retryable ? ", retryable" : ""}`,
      ),
    name,
  );
}
