/** Opens a journal, appends without waiting for anything else, and has nothing more to do: `idle.ts FILE`. */
import { sqliteStore } from "../../../npm/src/stores/sqlite/sqlite-store.ts";
import { FrameChain } from "../../../npm/src/testing/frames.ts";

const store = sqliteStore(process.argv[2] ?? "");
const { epoch } = await store.open();
void store.append(await new FrameChain({ epoch }).next(), []);
