import { type ChainLink, equalBytes, inspectFrame, linkAfter } from "../chain.ts";
import { parseFrameHeader } from "../frame-header.ts";
import { checkTurn, fenced, payloadConflict } from "../rules.ts";
import { storeError } from "../store-error.ts";
import type { Database } from "./database.ts";
import { lastFrame, readMeta } from "./meta.ts";
import type { PackedPayloads } from "./packed-payloads.ts";
import type { Recovered } from "./recovery.ts";
import { dropPayloads } from "./retention.ts";
import { sha256 } from "./scan.ts";

/** One frame and its payloads. */
export type Entry = readonly [frame: Uint8Array, payloads: PackedPayloads | undefined, drop: readonly string[]];

/** Where the next frame goes on. */
interface End {
  readonly link: ChainLink;
  readonly partition: number | undefined;
  readonly framesTotal: number;
  readonly payloadsTotal: number;
}

/** The writing end of the journal. */
export class Appender {
  readonly #db: Database;
  readonly #name: string;
  readonly #epoch: number;
  #end: End;

  constructor(db: Database, name: string, recovered: Recovered) {
    const last = lastFrame(db);
    this.#db = db;
    this.#name = name;
    this.#epoch = recovered.opened.epoch;
    this.#end = {
      link: recovered.link,
      partition: recovered.partition,
      framesTotal: last?.frames_total ?? readMeta(db).frames_dropped,
      payloadsTotal: last?.payloads_total ?? payloadsEver(db),
    };
  }

  get lastSeq(): number {
    return lastSeqOf(this.#end);
  }

  /** One durable commit of them all. A refusal or failure leaves this object as it was, but what is on disk may be open. */
  append(entries: readonly Entry[]): void {
    this.#end = this.#db.transaction(() => {
      // The lock already keeps others out; this holds even where a file system's locks do not.
      const granted = this.#db.get<{ epoch: number }>("SELECT epoch FROM meta WHERE id = 1")?.epoch ?? 0;
      if (granted !== this.#epoch) throw fenced(this.#name, this.#epoch, granted);
      return entries.reduce((end, entry) => this.#insert(end, entry), this.#end);
    });
  }

  #insert(end: End, [frame, payloads, drop]: Entry): End {
    const header = parseFrameHeader(frame);
    checkTurn(this.#name, header, { epoch: this.#epoch, lastSeq: lastSeqOf(end), partition: end.partition });
    const { damage } = inspectFrame(frame, end.link);
    if (damage !== undefined) {
      throw storeError("STORE_FRAME_INVALID", `${this.#name}: ${damage.message}`, { field: damage.reason });
    }
    const framesTotal = end.framesTotal + frame.byteLength;
    const added = payloads === undefined ? 0 : this.#insertPayloads(payloads, header.lastSeq);
    dropPayloads(this.#db, drop);
    const payloadsTotal = end.payloadsTotal + added;
    const { firstSeq, lastSeq, epoch, partition } = header;
    this.#db.run(
      "INSERT INTO frames VALUES (?, ?, ?, ?, ?, ?)",
      firstSeq,
      lastSeq,
      epoch,
      framesTotal,
      payloadsTotal,
      frame,
    );
    return { link: linkAfter(header, sha256(frame)), partition, framesTotal, payloadsTotal };
  }

  #insertPayloads(payloads: PackedPayloads, seq: number): number {
    let offset = 0;
    let added = 0;
    for (const [index, key] of payloads.keys.entries()) {
      const size = payloads.sizes[index] as number;
      const bytes = payloads.bytes.subarray(offset, offset + size);
      offset += size;
      const owner = payloads.owners[index] as number;
      const sql = "INSERT INTO payloads (key, owner, seq, bytes) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING";
      if (this.#db.run(sql, key, owner, seq, bytes) === 1) added += size;
      else this.#requireEqual(key, bytes);
    }
    return added;
  }

  #requireEqual(key: string, bytes: Uint8Array): void {
    const taken = this.#db.get<{ bytes: Uint8Array }>("SELECT bytes FROM payloads WHERE key = ?", key);
    if (taken === undefined || !equalBytes(taken.bytes, bytes)) throw payloadConflict(this.#name, key);
  }
}

function lastSeqOf(end: End): number {
  return end.link.nextSeq - 1;
}

/** Bytes ever added, for a journal whose last frame is not there to say. */
function payloadsEver(db: Database): number {
  const kept = db.get<{ size: number | null }>("SELECT sum(length(bytes)) AS size FROM payloads")?.size ?? 0;
  return kept + readMeta(db).payloads_dropped;
}
