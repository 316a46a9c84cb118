import { fenced } from "../rules.ts";
import type { Database, Transaction } from "./database.ts";
import type { MetaRow } from "./schema.ts";

/** A journal in its owner's hands. Once the store is halted or closed, asking for `db` or `epoch` throws that. */
export interface Owned {
  readonly name: string;
  readonly db: Database;
  /** The epoch that was granted. */
  readonly epoch: number;
}

/** The facts about the journal, when `epoch` still is the one that may write. Throws `STORE_FENCED`. */
export async function ownMeta(tx: Transaction, { name, epoch }: Pick<Owned, "name" | "epoch">): Promise<MetaRow> {
  const meta = await tx.meta();
  if (meta.epoch !== epoch) throw fenced(name, epoch, meta.epoch);
  return meta;
}
