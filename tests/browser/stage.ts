import type { BrowserContext, Page } from "playwright-core";
import type { Checks } from "../packaging/checks.mjs";
import type { Chromium } from "./browser.ts";

/** What every scenario works with. */
export interface Stage {
  readonly checks: Checks;
  readonly browser: Chromium;
  /** The windows of {@link Stage.browser}; a new one after each start. */
  context: BrowserContext;
  readonly port: number;
}

/** Opens the page in a new tab. */
export async function openTab({ context, port }: Stage, host = "127.0.0.1"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://${host}:${port}/`);
  await page.waitForFunction(() => window.lab !== undefined);
  return page;
}

/** Opens the page in a tab of its own and closes it after `body`. */
export async function inTab(stage: Stage, body: (page: Page) => Promise<void>): Promise<void> {
  const page = await openTab(stage);
  try {
    await body(page);
  } finally {
    await page.close();
  }
}
