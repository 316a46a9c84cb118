import { openReader, type SqliteReader } from "../../stores/sqlite/sqlite-reader.ts";
import { openViews, type ViewsReader } from "../../stores/views/views.ts";
import { Kernel } from "../../wasm/kernel.ts";
import { visitEvents } from "../frame.ts";
import { Mirror } from "../mirror/mirror.ts";
import { restoreMirror } from "../mirror/restore.ts";
import { RowGatherer } from "./rows.ts";

/** Events folded between two writes of the views. */
const PART_EVENTS = 20_000;
/** Events the views keep; what is further behind is not written to be dropped at once. */
const KEPT_EVENTS = 100_000;

/**
 * Opens the query tables of the journal in `file`, brought up to what is durable now. They are made when somebody asks, in
 * bulk, because nobody may ever ask, and no commit shall pay for it. Runs beside an owner or without one.
 */
export async function openCurrentViews(file: string, module: WebAssembly.Module): Promise<ViewsReader> {
  const reader = await openReader(file, { thread: "caller" });
  try {
    const { firstSeq, lastSeq } = await reader.health();
    const views = await openViews(file, { journalId: await reader.journalId(), lastSeq }, { thread: "caller" });
    const watermark = await views.watermark();
    const { mirror, kernel } = await begin(reader, module, firstSeq, watermark);
    const rows = new RowGatherer(mirror, (kind, handle, createdMs) => kernel.id(kind, handle, createdMs));
    // What the events before a snapshot told, the snapshot tells in short.
    if (mirror.seq > watermark) for (const session of mirror.sessions.values()) rows.include(session);
    let written = watermark;
    const write = async (): Promise<void> => {
      await views.applyRows(mirror.seq, await rows.take());
      written = mirror.seq;
    };
    if (lastSeq > mirror.seq) {
      for await (const frame of reader.read(mirror.seq + 1)) {
        if (kernel.lastSeq === 0) kernel.replay(frame);
        visitEvents(frame, (seq, timeMs, event) => {
          const session = mirror.apply(seq, timeMs, event);
          if (seq > watermark) rows.folded(seq, timeMs, event, session, seq > lastSeq - KEPT_EVENTS);
        });
        if (mirror.seq - written >= PART_EVENTS) await write();
        if (mirror.seq >= lastSeq) break;
      }
    }
    if (mirror.seq > written) await write();
    return views;
  } finally {
    await reader.close();
  }
}

/** The state the views are continued from. The kernel only makes ids: any state of the journal will do for that. */
async function begin(
  reader: SqliteReader,
  module: WebAssembly.Module,
  firstSeq: number,
  watermark: number,
): Promise<{ readonly mirror: Mirror; readonly kernel: Kernel }> {
  const empty = { partition: 0, epoch: 0 };
  const snapshot = await reader.latestSnapshot();
  if (snapshot === undefined || (firstSeq === 1 && snapshot.seq > watermark)) {
    return { mirror: new Mirror(), kernel: new Kernel(module, empty) };
  }
  return { mirror: restoreMirror(snapshot.bytes), kernel: new Kernel(module, { ...empty, snapshot: snapshot.bytes }) };
}
