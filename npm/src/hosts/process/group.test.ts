import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../runtime/clock.ts";
import { ProcessGroups } from "./group.ts";
import { processTable } from "./linux/process-table.ts";

afterEach(() => vi.restoreAllMocks());

const groups = new ProcessGroups(systemClock(), processTable());

describe("ProcessGroups", () => {
  it.each([-1, 0, 1, Number.NaN])("never signals %d: that would be everybody or ourselves", (group) => {
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    expect(groups.signal(group, "SIGKILL")).toBe(false);
    expect(groups.alive(group)).toBe(false);
    expect(kill).not.toHaveBeenCalled();
  });

  it.skipIf(process.platform === "win32")("ends a group, by force when it must", async () => {
    const script = "process.on('SIGTERM', () => undefined); console.log('ready'); setInterval(() => undefined, 1000)";
    const child = spawn(process.execPath, ["-e", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    const group = child.pid ?? 0;
    expect(groups.alive(group)).toBe(true);
    expect(await groups.ended(group, 40)).toBe(false);
    const exited = once(child, "exit");
    expect(await groups.end(group, 60)).toBe(true);
    expect(groups.alive(group)).toBe(false);
    await exited;
    expect([groups.signal(group, "SIGKILL"), await groups.end(group, 60)]).toEqual([false, true]);
  });
});
