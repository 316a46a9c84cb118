import { type ChainLink, equalBytes, inspectFrame, linkAfter } from "../chain.ts";
import { parseFrameHeader } from "../frame-header.ts";
import { checkTurn, payloadConflict } from "../rules.ts";
import { sha256 } from "../sha256.ts";
import type { PayloadRow } from "../store.ts";
import { storeError } from "../store-error.ts";
import { answer, type Database, type Transaction } from "./database.ts";
import { ownMeta } from "./owned.ts";
import { dropKeys } from "./payloads.ts";
import type { Recovered } from "./recovery.ts";
import type { FrameRow, StoredPayload } from "./schema.ts";

/** The writing end of the journal. */
export class Appender {
  readonly #db: Database;
  readonly #name: string;
  readonly #epoch: number;
  #link: ChainLink;
  #partition: number | undefined;

  constructor(db: Database, name: string, { opened, link, partition }: Recovered) {
    this.#db = db;
    this.#name = name;
    this.#epoch = opened.epoch;
    this.#link = link;
    this.#partition = partition;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get lastSeq(): number {
    return this.#link.nextSeq - 1;
  }

  /** One durable commit. The next one may begin when this one has ended. */
  async append(bytes: Uint8Array, payloads: readonly PayloadRow[], drop: readonly string[]): Promise<void> {
    const header = parseFrameHeader(bytes);
    checkTurn(this.#name, header, { epoch: this.#epoch, lastSeq: this.lastSeq, partition: this.#partition });
    const { damage } = inspectFrame(bytes, this.#link);
    if (damage !== undefined) {
      throw storeError("STORE_FRAME_INVALID", `${this.#name}: ${damage.message}`, { field: damage.reason });
    }
    const hashing = sha256(bytes);
    await this.#db.write(["meta", "frames", "payloads"], async (tx) => {
      const meta = await ownMeta(tx, { name: this.#name, epoch: this.#epoch });
      const added = await this.#addPayloads(tx, payloads, header.firstSeq);
      const dropped = await dropKeys(tx, drop);
      const { firstSeq, lastSeq, epoch } = header;
      const total = meta.framesAdded + bytes.byteLength;
      const row: FrameRow = { firstSeq, lastSeq, epoch, total, bytes };
      tx.table("frames").add(row);
      tx.putMeta({ ...meta, lastSeq, framesAdded: total, payloadBytes: meta.payloadBytes + added - dropped });
    });
    this.#link = linkAfter(header, await hashing);
    this.#partition = header.partition;
  }

  /** Answers the bytes that were new. */
  async #addPayloads(tx: Transaction, payloads: readonly PayloadRow[], seq: number): Promise<number> {
    const table = tx.table("payloads");
    const found = await Promise.all(payloads.map(({ key }) => answer<StoredPayload | undefined>(table.get(key))));
    const known = new Map<string, Uint8Array>();
    for (const row of found) if (row !== undefined) known.set(row.key, row.bytes);
    let added = 0;
    for (const { key, owner, bytes } of payloads) {
      const taken = known.get(key);
      if (taken !== undefined && !equalBytes(taken, bytes)) throw payloadConflict(this.#name, key);
      if (taken !== undefined) continue;
      const row: StoredPayload = { key, owner, seq, size: bytes.byteLength, bytes };
      table.add(row);
      known.set(key, bytes);
      added += bytes.byteLength;
    }
    return added;
  }
}
