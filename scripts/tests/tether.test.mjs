import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inRepo } from "../lib/paths.mjs";

const tether = pathToFileURL(inRepo("scripts/lib/tether.mjs")).href;
const stdio = ["ignore", "pipe", "inherit", "pipe"];

test("a tethered program ends when the other end of the pipe is gone", async () => {
  const child = spawn(process.execPath, ["--import", tether, "-e", "console.log(1); setInterval(() => {}, 1000)"], {
    stdio,
  });
  await once(child.stdout, "data");
  child.stdio[3].destroy();
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL");
});

test("a tethered program may end on its own", async () => {
  const child = spawn(process.execPath, ["--import", tether, "-e", "process.exitCode = 7"], { stdio });
  const [code] = await once(child, "close");
  assert.equal(code, 7);
});
