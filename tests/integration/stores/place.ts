import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Polyphon, type Team } from "../../../npm/src/node.ts";

/** A folder for the files of one test, and what was started in it. */
export class Place {
  readonly path: string = mkdtempSync(join(tmpdir(), "polyphon-hostile-"));
  readonly file: string = join(this.path, "team.db");
  readonly #children: ChildProcess[] = [];
  readonly #teams: Team[] = [];
  readonly troubles: Error[] = [];

  /** A team on the file, with one agent that answers with something long. */
  async open(file = this.file): Promise<Team> {
    const team = await Polyphon.open(file, { onError: (error) => this.troubles.push(error) });
    this.#teams.push(team);
    team.agent("worker", (task) => `${task.key} ${"y".repeat(700)}`);
    return team;
  }

  /** Runs sessions one after the other, each some commits; answers their ids. */
  async run(team: Team, count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      ids.push((await team.orchestrate({ tasks: [{ key: "a", input: "x".repeat(600) }] }).result).id);
    }
    return ids;
  }

  /** Starts a process that owns the file and has run some sessions. */
  async owner(sessions: number): Promise<{ readonly child: ChildProcess; readonly ids: readonly string[] }> {
    const child = this.program("owner", this.file, String(sessions));
    const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line")) as [string];
    return { child, ids: JSON.parse(line) as string[] };
  }

  /** Starts a program of `fixtures`. */
  program(name: string, ...args: string[]): ChildProcess {
    const script = fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.#children.push(child);
    return child;
  }

  async closeTeams(): Promise<void> {
    for (const team of this.#teams.splice(0)) await team.close();
  }

  async remove(): Promise<void> {
    await this.closeTeams();
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a child printed until it ended. */
export async function output(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(child, "close");
  return text;
}
