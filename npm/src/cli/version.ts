import { readFile } from "node:fs/promises";

/** The version in `package.json`, two folders up from both `src/cli` and `dist/cli`. */
export async function version(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { readonly version?: unknown }).version);
}
