// Peers live in a folder of their own, installed when a bench first asks for them: users of the package need none of them.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = join(import.meta.dirname, "../../peers");

/** Imports a peer, installing all of them from the lock file when they are not there. */
export async function loadPeer<T>(name: string): Promise<T> {
  if (!existsSync(join(folder, "node_modules"))) {
    console.error("installing what the bench compares with …");
    // Not `npm ci`: a registry that lacks the optional binaries of other platforms makes it refuse the lock file.
    execFileSync("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  const resolved = createRequire(join(folder, "package.json")).resolve(name);
  return (await import(pathToFileURL(resolved).href)) as T;
}
