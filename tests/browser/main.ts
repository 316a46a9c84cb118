// The package in the system's Chromium: the store contract on IndexedDB, teams in pages and workers, reloads, crashes,
// two tabs, transports, packets. The last line is `N passed, N failed`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { chromium, serve } from "../../scripts/lib/chromium.mjs";
import { inRepo } from "../../scripts/lib/paths.mjs";
import { Checks } from "../packaging/checks.mjs";
import { Chromium } from "./browser.ts";
import { protocol } from "./scenarios/protocol.ts";
import { refusals } from "./scenarios/refusals.ts";
import { remoteAgents } from "./scenarios/remote-agents.ts";
import { sharedQueues } from "./scenarios/shared-queues.ts";
import { sharing } from "./scenarios/sharing.ts";
import { storeContract } from "./scenarios/store-contract.ts";
import { streams } from "./scenarios/streams.ts";
import { survival } from "./scenarios/survival.ts";
import { tabs } from "./scenarios/tabs.ts";
import { team } from "./scenarios/team.ts";
import { transports } from "./scenarios/transports.ts";
import type { Stage } from "./stage.ts";

const checks = new Checks();
const only = process.argv[2];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-page-"));
  const root = inRepo("tests/browser/page");
  await build({
    configFile: false,
    root,
    logLevel: "warn",
    build: { target: "esnext", outDir: folder, emptyOutDir: true },
    worker: { format: "es" },
  });
  const { server, port } = await serve(folder);
  const browser = new Chromium();
  try {
    const stage: Stage = { checks, browser, context: await browser.start(), port };
    for (const scenario of [
      team,
      streams,
      storeContract,
      survival,
      tabs,
      refusals,
      transports,
      protocol,
      remoteAgents,
      sharing,
      sharedQueues,
    ]) {
      if (only === undefined || scenario.name === only) await scenario(stage);
    }
  } finally {
    await browser.remove();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (chromium !== undefined) await main();
else if (process.env.CI === "true") {
  await checks.check("Chromium", () => Promise.reject(new Error("Chromium is not installed")));
} else checks.skip("everything", "Chromium is not installed");
process.stdout.write(`${checks.passed} passed, ${checks.failed} failed\n`);
process.exitCode = checks.failed > 0 ? 1 : 0;
