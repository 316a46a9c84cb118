import { relative } from "node:path";
import { filesBelow } from "../digest.mjs";
import { pinnedEnv, pinnedNode } from "../node.mjs";
import { root } from "../paths.mjs";
import { handOverAndRead } from "../run.mjs";
import { counted } from "./count.mjs";

/** The folders whose tests run under node's own runner: the scripts themselves, and what examples can be tested without a team. */
const FOLDERS = ["scripts/tests", "ts-examples/test-suite/tests/unit", "ts-examples/workflow-traces/tests"];

/** Everything in {@link FOLDERS}. */
export async function nodeTest() {
  const files = filesBelow(FOLDERS);
  const args = ["--test", "--test-reporter=tap", ...files.map((file) => relative(root, file))];
  const { code, stdout } = await handOverAndRead(pinnedNode(), args, { env: pinnedEnv(), silent: true });
  if (code !== 0) process.stderr.write(stdout);
  return counted("node --test", code, sumTap(stdout));
}

/** Reads the closing lines of node's TAP output. */
export function sumTap(text) {
  const number = (key) => Number(new RegExp(`^# ${key} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  return { passed: number("pass"), failed: number("fail") + number("cancelled") };
}
