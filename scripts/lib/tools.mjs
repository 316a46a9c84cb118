import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { quietly } from "./run.mjs";
import { Stop } from "./stop.mjs";

/** Full path of a program, or `undefined`. */
export function findTool(name) {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|could not (resolve|connect)|failed to (download|fetch|connect)|network failure|dns error|spurious network error/i;

/**
 * Runs a tool that may fetch something; when it fails for want of a network, says so in one sentence.
 * @param {string} what what would be fetched, for example "npm packages"
 */
export async function fetching(what, command, args, options) {
  try {
    return await quietly(command, args, options);
  } catch (error) {
    if (!(error instanceof Stop) || !NO_NETWORK.test(error.log ?? "")) throw error;
    throw new Stop(
      `The network is needed once to fetch ${what}, and it cannot be reached: check the connection or the proxy settings, then run the same command again.`,
      { log: (error.log ?? "").split("\n").slice(-5).join("\n") },
    );
  }
}
