import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the page of an error lies: in the installed package, or in the repository it is built from. */
export function errorPage(code: string): string {
  const page = `docs/errors/${code}.md`;
  for (const root of ["../../../", "../../../../"]) {
    const path = fileURLToPath(new URL(root + page, import.meta.url));
    if (existsSync(path)) return path;
  }
  return page;
}
