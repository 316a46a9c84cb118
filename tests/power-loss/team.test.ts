import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTeamReader } from "../../npm/src/cli/wiring/reader.ts";
import { Disk, missing, type Writer } from "./disk.ts";

const reason = missing();
if (reason !== undefined && process.env.CI !== undefined) throw new Error(reason);
const title = (name: string): string => (reason === undefined ? name : `${name} (skipped: ${reason})`);

describe.skipIf(reason !== undefined)(title("a team whose disk is full"), { timeout: 60_000 }, () => {
  let disk: Disk;
  let team: Writer;
  beforeEach(async () => {
    disk = new Disk();
    team = disk.writer({ program: "team-writer" });
    expect(await team.tell("open")).toBe("done");
    expect(await team.tell("run 5")).toBe("done");
  });
  afterEach(async () => {
    await team.end();
    disk.remove();
  });

  /** Every session whose result somebody was given is completed in the journal, once. */
  async function judge(): Promise<void> {
    const reader = await openTeamReader(disk.file);
    const completed = (await reader.sessions()).filter(({ status }) => status === "completed").map(({ name }) => name);
    expect((await reader.verify()).problems).toEqual([]);
    await reader.close();
    for (let n = 1; n <= team.acknowledged; n++) expect(completed.filter((name) => name === String(n))).toHaveLength(1);
  }

  test.each([0, 3, 17])("goes on when there is room again in time (%i writes passed)", async (after) => {
    disk.fail("write", "ENOSPC", after);
    const outcome = team.tell("run 20");
    await team.heard("trouble STORE_FULL");
    disk.heal();
    expect(await outcome).toMatch(/^(done|failed STORE_FULL|failed STORE_IO)$/);
    expect(await team.tell("run 3")).toBe("done");
    expect(await team.tell("close")).toBe("done");
    await team.end();
    await judge();
  });

  test("says so when there is none for long, can be closed, and loses nothing", async () => {
    const before = team.acknowledged;
    disk.fail("write", "ENOSPC");
    expect(await team.tell("run 1")).toBe("failed STORE_FULL");
    expect(await team.tell("run 1")).toBe("failed STORE_FULL");
    expect(await team.tell("close")).toBe("done");
    expect(await team.tell("open")).toBe("failed STORE_FULL");
    disk.heal();
    expect(team.acknowledged).toBe(before);
    expect(await team.tell("open")).toBe("done");
    expect(await team.tell("run 3")).toBe("done");
    expect(await team.tell("close")).toBe("done");
    await team.end();
    await judge();
  });
});
