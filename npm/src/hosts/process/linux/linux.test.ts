import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parseAuxv } from "./auxv.ts";
import { ProcessTable, processTable } from "./process-table.ts";
import { parseStat } from "./stat.ts";

const root = mkdtempSync(join(tmpdir(), "polyphon-proc-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A stat line as the kernel prints it; fields not named are 0. */
function line(
  pid: number,
  name: string,
  parts: { parent?: number; group?: number; rss?: number; start?: number } = {},
): string {
  const fields = new Array<number | string>(50).fill(0);
  fields[0] = "S";
  fields[1] = parts.parent ?? 1;
  fields[2] = parts.group ?? pid;
  fields[3] = parts.group ?? pid;
  fields[11] = 1;
  fields[12] = 2;
  fields[13] = 30;
  fields[14] = 40;
  fields[19] = parts.start ?? 7;
  fields[21] = parts.rss ?? 11;
  return `${pid} (${name}) ${fields.join(" ")}\n`;
}

function put(pid: number, text: string): void {
  mkdirSync(join(root, String(pid)), { recursive: true });
  writeFileSync(join(root, String(pid), "stat"), text);
}

describe("parseStat", () => {
  it("reads a line whatever the program is called", () => {
    for (const name of ["node", "a b", "x) R 99 (y", "", ")", "(("]) {
      expect(parseStat(line(42, name, { parent: 7, group: 40, rss: 11 }))).toEqual({
        pid: 42,
        state: "S",
        parent: 7,
        group: 40,
        session: 40,
        cpuTicks: 73,
        childTicks: 70,
        startTicks: 7,
        rssPages: 11,
      });
    }
  });

  it("answers nothing for what is no such line, and never throws", () => {
    expect(parseStat("")).toBeUndefined();
    expect(parseStat("42 (node) S 1 2")).toBeUndefined();
    expect(parseStat("x (node) S 1 2")).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void parseStat(text)));
  });
});

describe("parseAuxv", () => {
  it("finds page size and clock ticks, or takes the usual ones", () => {
    const words = new BigUint64Array([6n, 16_384n, 17n, 250n, 0n, 0n]);
    expect(parseAuxv(Buffer.from(words.buffer))).toEqual({ pageBytes: 16_384, ticksPerSecond: 250 });
    expect(parseAuxv(Buffer.alloc(0))).toEqual({ pageBytes: 4_096, ticksPerSecond: 100 });
    expect(parseAuxv(Buffer.alloc(7))).toEqual({ pageBytes: 4_096, ticksPerSecond: 100 });
  });
});

describe("ProcessTable", () => {
  mkdirSync(join(root, "self"), { recursive: true });
  writeFileSync(join(root, "self", "auxv"), "");

  it("finds the members of groups, also of those it had passed over for others", () => {
    put(10, line(10, "leader", { group: 10 }));
    put(11, line(11, "member", { group: 10 }));
    put(20, line(20, "stranger", { group: 20 }));
    mkdirSync(join(root, "not-a-process"), { recursive: true });
    mkdirSync(join(root, "30"), { recursive: true });
    const table = new ProcessTable(root);
    const members = (...groups: number[]): number[] =>
      table
        .members(new Set(groups))
        .map(({ pid }) => pid)
        .sort();
    expect(members(10)).toEqual([10, 11]);
    expect(members(20)).toEqual([20]);
    expect(members(10, 20)).toEqual([10, 11, 20]);
    expect(members(99)).toEqual([]);
  });

  it("notices in time that a process changed its group, and at once that one came or went", () => {
    const table = new ProcessTable(root);
    const members = (): number[] =>
      table
        .members(new Set([10]))
        .map(({ pid }) => pid)
        .sort();
    expect(members()).toEqual([10, 11]);
    put(20, line(20, "joined", { group: 10 }));
    put(12, line(12, "new", { group: 10 }));
    rmSync(join(root, "11"), { recursive: true });
    expect(members()).toEqual([10, 12]);
    for (let scan = 0; scan < 10; scan++) members();
    expect(members()).toEqual([10, 12, 20]);
  });

  it("reads environments and command lines, and nothing of processes that have gone", () => {
    const table = new ProcessTable(root);
    writeFileSync(join(root, "10", "environ"), "A=1\0B=x=y\0C\0");
    writeFileSync(join(root, "10", "cmdline"), "node\0a b\0");
    expect(table.environment(10)).toEqual(
      new Map([
        ["A", "1"],
        ["B", "x=y"],
        ["C", ""],
        ["", ""],
      ]),
    );
    expect(table.command(10)).toBe("node a b");
    expect([table.environment(999), table.command(999), table.stat(999)]).toEqual([undefined, "", undefined]);
  });

  it.runIf(process.platform === "linux")("sees this process as node does", () => {
    const table = processTable();
    const self = table?.stat("self");
    expect(self).toMatchObject({ pid: process.pid, parent: process.ppid });
    const rss = (self?.rssPages ?? 0) * (table?.units.pageBytes ?? 0);
    expect(Math.abs(rss - process.memoryUsage.rss()) / rss).toBeLessThan(0.2);
  });
});
