import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { Polyphon } from "../../node.ts";

test("a follower that cannot fold what it reads says so, and the team goes on without", async () => {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-follower-"));
  const file = join(folder, "team.db");
  const trouble = Promise.withResolvers<Error>();
  const team = await Polyphon.open(file, { onError: trouble.resolve });
  try {
    team.agent("worker", () => "done");
    await team.orchestrate({ tasks: [{ key: "first" }] }).result;
    // Behind the owner's back, before the follower was woken for the first time.
    const db = new DatabaseSync(file);
    db.exec("UPDATE frames SET bytes = zeroblob(length(bytes)) WHERE first_seq = (SELECT max(first_seq) FROM frames)");
    db.close();
    // Enough for a follower to start.
    const tasks = Array.from({ length: 4_000 }, (_, index) => ({ key: `T${index}` }));
    expect((await team.orchestrate({ tasks }).result).status).toBe("completed");
    expect(await trouble.promise).toMatchObject({ code: "STORE_FOLLOWER" });
    expect((await team.orchestrate({ tasks: [{ key: "last" }] }).result).outputs).toEqual({ last: "done" });
  } finally {
    await team.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
