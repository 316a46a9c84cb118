import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { inRepo } from "./paths.mjs";
import { Stop } from "./stop.mjs";

const OLDEST_TO_START = 20;

/** Refuses a Node that is too old to run even these scripts. */
export function requireNode() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_TO_START) return;
  throw new Stop(
    `Node ${OLDEST_TO_START} or newer is needed to start (this is ${process.version}): install it from https://nodejs.org; the Node that Polyphon itself runs on then comes by itself.`,
  );
}

/** The Node the repository pins, brought by npm. */
export function pinnedNode() {
  const path = inRepo("node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(path)) return path;
  throw new Stop(
    "The pinned Node is missing because npm did not run the install script of the package `node`: run `npm rebuild node --ignore-scripts=false`, then the same command again.",
  );
}

/** Environment in which `node` and the tools of the repository are the pinned ones. */
export function pinnedEnv() {
  const path = [dirname(pinnedNode()), inRepo("node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  return { PATH: path };
}
