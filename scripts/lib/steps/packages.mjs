import { existsSync, readFileSync } from "node:fs";
import { inRepo } from "../paths.mjs";
import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { Stop } from "../stop.mjs";
import { fetching } from "../tools.mjs";

/** Installs the npm packages of the lock file unless exactly those are there. */
export async function installPackages() {
  const reason = whatDiffers();
  if (reason === undefined) return;
  await step(`npm packages (${reason})`, async (note) => {
    const [command, ...args] = npm();
    try {
      await fetching("npm packages", command, [...args, "ci", "--loglevel=error"], { note });
    } catch (error) {
      if (!(error instanceof Stop) || !/EUSAGE|in sync/.test(error.log ?? "")) throw error;
      throw new Stop("package-lock.json does not match the package.json files: run `npm install` and commit it.");
    }
    if (!existsSync(inRepo("node_modules/node/bin"))) await quietly(command, [...args, "rebuild", "node"], { note });
  });
}

/** The npm this script was started by, or the one on the PATH. */
export function npm() {
  const cli = process.env.npm_execpath;
  return cli?.endsWith(".js") ? [process.execPath, cli] : [process.platform === "win32" ? "npm.cmd" : "npm"];
}

/** Compares what npm wrote down as installed with the lock file; `undefined` when they agree. */
function whatDiffers() {
  const installed = read("node_modules/.package-lock.json");
  if (installed === undefined) return "first install";
  const wanted = read("package-lock.json");
  if (wanted === undefined)
    throw new Stop("package-lock.json is missing: get it back with `git checkout package-lock.json`.");
  for (const [path, entry] of Object.entries(wanted.packages)) {
    const there = installed.packages[path];
    if (there === undefined && !entry.optional && path.startsWith("node_modules/"))
      return `${path.slice(13)} is missing`;
    if (there !== undefined && there.version !== entry.version) return `${path} changed`;
  }
  return undefined;
}

function read(path) {
  try {
    return JSON.parse(readFileSync(inRepo(path), "utf8"));
  } catch {
    return undefined;
  }
}
