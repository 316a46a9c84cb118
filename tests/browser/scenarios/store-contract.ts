import { inTab, type Stage } from "../stage.ts";

/** Every test of the store contract on IndexedDB, each a check of its own. */
export async function storeContract(stage: Stage): Promise<void> {
  const { checks } = stage;
  await inTab(stage, async (page) => {
    const outcomes = await page.evaluate(() => window.lab.contract());
    for (const { name, error } of outcomes) {
      await checks.check(name, async () => {
        if (error !== undefined) throw new Error(error);
      });
    }
  });
}
