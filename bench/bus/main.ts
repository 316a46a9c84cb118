// The volatile lane of the bus and durable queues, side by side with what people use instead. What is compared
// runs in processes of its own, in turns, and CPU time is counted, so that a busy machine changes both sides alike.
// usage: npm run bench -- bus [--json] [--only NAME,…]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Row, Rows } from "../lib/rows.ts";
import { bullmq } from "../tasks/peers/bullmq.ts";
import { countingSyncs } from "../tasks/syncs.ts";
import { sayRatios } from "./goals.ts";
import { browser } from "./parts/browser.ts";
import { durableQueue, waitingMessages } from "./parts/durable.ts";
import { exact } from "./parts/exact.ts";
import { groups } from "./parts/groups.ts";
import { jetstream } from "./parts/jetstream.ts";
import { latency } from "./parts/latency.ts";
import { pressure } from "./parts/pressure.ts";
import { request } from "./parts/request.ts";
import { wildcard } from "./parts/wildcard.ts";
import { wire } from "./parts/wire.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    only: { type: "string" },
    part: { type: "string" },
    contestant: { type: "string" },
  },
});

const parts: Readonly<Record<string, (rows: Rows) => Promise<void>>> = {
  exact: (rows) => exact(rows, 1),
  "exact-100": (rows) => exact(rows, 100),
  "wildcard-1000": (rows) => wildcard(rows, 1_000),
  "wildcard-100000": (rows) => wildcard(rows, 100_000),
  request,
  pressure,
  latency,
  wire,
  browser,
  durable: (rows) => durableQueue(rows, 200_000),
  waiting: waitingMessages,
  "groups-1": (rows) => groups(rows, 1, 100_000),
  "groups-3": (rows) => groups(rows, 3, 100_000),
  // Jobs without data, which costs it less than 300 bytes would.
  bullmq: (rows) => bullmq(rows, 30_000),
  jetstream: (rows) => jetstream(rows, 30_000),
};

if (values.part !== undefined) {
  const rows = new Rows(true);
  await parts[values.part]?.(rows);
  rows.hand();
} else {
  all(values.only?.split(",") ?? Object.keys(parts), new Rows(values.json === true));
}

function all(names: readonly string[], rows: Rows): void {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  for (const name of names) {
    if (parts[name] === undefined)
      throw new Error(`there is no part ${name}; there is: ${Object.keys(parts).join(", ")}`);
    // Where syncs cannot be counted, how long the disk takes is not told.
    const counting = name === "durable" ? countingSyncs(folder) : {};
    const { stdout, status } = spawnSync(process.execPath, ["--expose-gc", import.meta.filename, "--part", name], {
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
      env: { ...process.env, ...(typeof counting === "string" ? {} : counting) },
    });
    if (status !== 0) throw new Error(`the part ${name} failed with ${status}`);
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
      readonly rows: readonly Row[];
      readonly remarks: readonly string[];
    };
    for (const { subject, metric, value, unit } of found.rows) rows.add(subject, metric, value, unit);
    for (const remark of found.remarks) rows.say(remark);
  }
  rmSync(folder, { recursive: true });
  sayRatios(rows);
  rows.finish();
}
