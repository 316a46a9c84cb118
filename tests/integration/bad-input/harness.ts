import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { Polyphon, PolyphonError, processHost, type Session, systemClock } from "../../../npm/src/node.ts";

export type Team = Awaited<ReturnType<typeof Polyphon.open>>;

/** Teams on files of their own, for one test file. */
export class Ground {
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), "polyphon-bad-input-")));
  readonly #teams: Team[] = [];
  #count = 0;

  /** A team on a new journal, with a function that answers what it is given and a host of programs. */
  async team(file: string = this.file()): Promise<Team> {
    const team = await Polyphon.open(file);
    this.#teams.push(team);
    team.agent("echo", { capabilities: ["echo"] }, (task) => task.input);
    const host = processHost({ clock: systemClock(), teamId: `${process.pid}-${++this.#count}` });
    team.host("runner", { capabilities: ["run"] }, host);
    return team;
  }

  file(): string {
    return join(this.root, `team-${++this.#count}.db`);
  }

  async close(): Promise<void> {
    for (const team of this.#teams) await team.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Code, message and path of the refusal of a session. */
export async function refusal(start: () => Session): Promise<{ code: string; message: string; path: unknown }> {
  try {
    await start().result;
  } catch (error) {
    if (error instanceof PolyphonError) return { code: error.code, message: error.message, path: error.details.path };
    throw error;
  }
  throw new Error("it was accepted");
}

/** The team still does what it is for. */
export async function works(team: Team): Promise<void> {
  const { status, outputs } = await team.orchestrate({ tasks: [{ key: "a", needs: ["echo"], input: 7 }] }).result;
  expect(status).toBe("completed");
  expect(outputs).toEqual({ a: 7 });
}
