/**
 * The process whose power is cut: opens a store, says what it found, appends, and says what was acknowledged. Each line is
 * out of the process before the next append begins. Commands it can be given: see `commands` below.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { PolyphonError } from "../../npm/src/errors/error.ts";
import { sqliteStore } from "../../npm/src/stores/sqlite/sqlite-store.ts";
import { FrameChain } from "../../npm/src/testing/frames.ts";
import { bodyOf, payloadOf, snapshotOf } from "./content.ts";

const [file = "", durability = "power-loss"] = process.argv.slice(2);
const store = sqliteStore(file, { durability: durability as "power-loss" | "process-crash", thread: "caller" });
const chain = new FrameChain();

const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

/** Goes on from what is durable. */
async function start(how: "open" | "reopen"): Promise<void> {
  const opened = await store[how]();
  let last: Uint8Array | undefined;
  for await (const frame of store.read(Math.max(opened.firstSeq, opened.lastSeq))) last = frame;
  if (last === undefined) chain.nextSeq = opened.lastSeq + 1;
  else await chain.follow(last);
  chain.epoch = opened.epoch;
  say(`opened ${opened.lastSeq}`);
}

async function append(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const seq = chain.nextSeq;
    const frame = chain.peek({ body: bodyOf(seq) });
    await store.append(frame, [{ key: `p${seq}`, owner: seq, bytes: payloadOf(seq) }]);
    await chain.follow(frame);
    say(`ack ${seq}`);
  }
}

/** A snapshot at the last sequence, then compaction, so that power goes in the middle of these as well. */
async function snapshot(): Promise<void> {
  const seq = chain.nextSeq - 1;
  await store.putSnapshot({ seq, stateHash: String(seq), bytes: snapshotOf(seq) });
  say(`snapshot ${seq}`);
  await store.compact(seq);
}

const commands: Record<string, (count: number) => Promise<void>> = {
  open: () => start("open"),
  reopen: () => start("reopen"),
  append,
  snapshot,
  close: () => store.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command = "", count] = line.split(" ");
  try {
    await commands[command]?.(Number(count));
    say("done");
  } catch (error) {
    say(`failed ${error instanceof PolyphonError ? error.code : String(error)}`);
  }
}
