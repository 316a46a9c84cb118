import { join } from "node:path";
import { build } from "vite";
import { chromium, FLAGS, serve } from "../../scripts/lib/chromium.mjs";

/** Builds a page with Vite as its user would, opens it and answers its title and what it fetched. */
export async function openPage(project) {
  await build({ configFile: false, root: project, logLevel: "warn", build: { target: "esnext" } });
  const { server, port, served } = await serve(join(project, "dist"));
  const { chromium: playwright } = await import("playwright-core");
  const browser = await playwright.launch({ executablePath: chromium, args: FLAGS });
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction(() => document.title !== "waiting");
    return { title: await page.title(), errors, served };
  } finally {
    await browser.close();
    server.close();
  }
}
