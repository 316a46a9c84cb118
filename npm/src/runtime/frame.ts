import { type Event, readRecorded } from "../wasm/codec.generated.ts";
import { Reader } from "../wasm/msgpack.ts";

/** Where the fixed header of a frame ends; `core/kernel/src/journal/frame.rs` has its layout. */
const BODY = 88;

/** One event of a frame, with what stands once per frame. */
export type EventVisitor = (seq: number, timeMs: number, event: Event, command: number) => void;

/** Visits the events of a frame that is known to be whole. `eventsAt` spares the walk over its commands. */
export function visitEvents(frame: Uint8Array, visit: EventVisitor, eventsAt?: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const events = view.getUint32(12, true);
  const firstSeq = uint64(view, 24);
  const timeMs = uint64(view, 32);
  const reader = new Reader(frame, eventsAt ?? BODY);
  if (eventsAt === undefined) for (let left = view.getUint32(84, true); left > 0; left--) reader.skip();
  for (let index = 0; index < events; index++) {
    const { command, event } = readRecorded(reader);
    visit(firstSeq + index, timeMs, event, command);
  }
}

/** Ids of the requests whose commands stand in a frame, in order. */
export function requestIds(frame: Uint8Array): readonly number[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const reader = new Reader(frame, BODY);
  const ids: number[] = [];
  for (let left = view.getUint32(84, true); left > 0; left--) {
    const ahead = new Reader(frame, reader.offset);
    ahead.array();
    ids.push(ahead.uint());
    reader.skip();
  }
  return ids;
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}
