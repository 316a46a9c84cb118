// Peers live in a folder of their own, installed when a bench first asks for them: users of the package need none of them.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = join(import.meta.dirname, "../../peers");

/** Imports a peer, installing all of them when the lock file names others than those that are there. */
export async function loadPeer<T>(name: string): Promise<T> {
  if (!isInstalled()) {
    console.error("installing what the bench compares with …");
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  const resolved = createRequire(join(folder, "package.json")).resolve(name);
  return (await import(pathToFileURL(resolved).href)) as T;
}

function isInstalled(): boolean {
  const installed = join(folder, "node_modules", ".package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs;
}
