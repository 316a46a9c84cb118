// A page of Chromium from the import of the package, which a local server has, to the first delivered publish: on a bus of the page, and on one
// of this process over WebSocket. Each time in a page and a profile that know nothing yet.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as playwright } from "playwright-core";
import { Bus, memoryTransport } from "polyphon";
import { webSocketServer } from "polyphon/websocket-server";
import { build } from "vite";
import { chromium, FLAGS, serve } from "../../../scripts/lib/chromium.mjs";
import { quantile } from "../../lib/quantiles.ts";
import type { Rows } from "../../lib/rows.ts";

const ROUNDS = 15;

export async function browser(rows: Rows): Promise<void> {
  if (chromium === undefined) {
    rows.say("Chromium is not installed: the start in a page was not measured");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-page-"));
  const root = join(import.meta.dirname, "page");
  await build({
    configFile: false,
    root,
    logLevel: "error",
    build: { target: "esnext", outDir: folder, emptyOutDir: true, modulePreload: false },
  });
  const { server, port } = await serve(folder);
  const hub = new Bus({ node: "hub" });
  const sockets = await webSocketServer({ authenticate: () => ({ name: "page", transport: memoryTransport(hub) }) });
  const started = await playwright.launch({ executablePath: chromium, args: FLAGS, headless: true });
  try {
    const times = { local: [] as number[], socket: [] as number[] };
    for (let round = -1; round < ROUNDS; round++) {
      for (const kind of ["local", "socket"] as const) {
        const context = await started.newContext();
        const page = await context.newPage();
        await page.goto(`http://127.0.0.1:${port}/`);
        const url = `ws://127.0.0.1:${sockets.port}`;
        const ms = await page.evaluate(([how, to]) => window.bench[how](to), [kind, url] as const);
        if (round >= 0) times[kind].push(ms);
        await context.close();
      }
    }
    rows.add("polyphon", "browser_first_publish_ms", quantile(times.local, 0.5), "ms");
    rows.add("polyphon", "browser_first_publish_worst_ms", Math.max(...times.local), "ms");
    rows.add("polyphon", "browser_first_websocket_publish_ms", quantile(times.socket, 0.5), "ms");
    rows.add("polyphon", "browser_first_websocket_publish_worst_ms", Math.max(...times.socket), "ms");
  } finally {
    await started.close();
    await sockets.close();
    await hub.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
