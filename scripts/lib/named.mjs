import { existsSync, readdirSync } from "node:fs";
import { build } from "./build.mjs";
import { inRepo } from "./paths.mjs";
import { runProgram } from "./program.mjs";
import { Stop } from "./stop.mjs";

/**
 * Runs `FOLDER/NAME/main.ts` (or `FOLDER/NAME.ts`) where the user stands, with the rest of the arguments.
 * @param {{ kind: string, folder: string, argv: readonly string[] }} what
 */
export async function runNamed({ kind, folder, argv }) {
  const [name, ...args] = argv;
  const entry = name === undefined ? undefined : entryOf(folder, name);
  if (entry === undefined) {
    const names = namesIn(folder).join(", ");
    throw new Stop(
      `${name === undefined ? `Name ${kind === "example" ? "an" : "a"} ${kind}` : `There is no ${kind} "${name}"`}; there is: ${names || "none yet"}.`,
      {
        exitCode: 2,
      },
    );
  }
  await build();
  return runProgram([entry, ...args], { cwd: process.env.INIT_CWD ?? process.cwd() });
}

function entryOf(folder, name) {
  if (!/^[\w-]+$/.test(name)) return undefined;
  return [inRepo(folder, name, "main.ts"), inRepo(folder, `${name}.ts`)].find((path) => existsSync(path));
}

function namesIn(folder) {
  if (!existsSync(inRepo(folder))) return [];
  const names = readdirSync(inRepo(folder)).map((name) => name.replace(/\.ts$/, ""));
  return names.filter((name) => entryOf(folder, name) !== undefined);
}
