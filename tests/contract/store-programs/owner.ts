/** Owns a journal until it is killed: `owner.ts FILE [FRAMES]`. Prints `open` when it is. */
import { sqliteStore } from "../../../npm/src/stores/sqlite/sqlite-store.ts";
import { FrameChain } from "../../../npm/src/testing/frames.ts";

const [file = "", frames = "0"] = process.argv.slice(2);
const store = sqliteStore(file);
const { epoch } = await store.open();
const chain = new FrameChain({ epoch });
for (let n = 0; n < Number(frames); n++) await store.append(await chain.next(), []);
process.stdout.write("open\n");
process.stdin.resume();
