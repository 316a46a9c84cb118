import { answer, type Transaction } from "./database.ts";
import { BY_OWNER, type StoredPayload } from "./schema.ts";

/** What a walk over payloads did. */
export interface Dropped {
  readonly count: number;
  readonly bytes: number;
}

/** Deletes at most `most` payloads of `owner` that came with frames beginning below `beforeSeq`. */
export function dropOwned(tx: Transaction, owner: number, beforeSeq: number, most: number): Promise<Dropped> {
  const range = IDBKeyRange.bound([owner], [owner, beforeSeq], false, true);
  return walk(tx, range, most, () => true);
}

/** Deletes every payload that `matches`, and answers their bytes: looks at all there are. */
export async function dropPayloadsOf(
  tx: Transaction,
  matches: (owner: number, seq: number) => boolean,
): Promise<number> {
  return (await walk(tx, undefined, Number.POSITIVE_INFINITY, matches)).bytes;
}

/** Deletes payloads by their keys and answers their bytes. */
export async function dropKeys(tx: Transaction, keys: readonly string[]): Promise<number> {
  const table = tx.table("payloads");
  const rows = await Promise.all(keys.map((key) => answer<StoredPayload | undefined>(table.get(key))));
  const sizes = new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.key, row.size] as const])));
  for (const key of sizes.keys()) table.delete(key);
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function walk(
  tx: Transaction,
  range: IDBKeyRange | undefined,
  most: number,
  matches: (owner: number, seq: number) => boolean,
): Promise<Dropped> {
  const table = tx.table("payloads");
  const request = table.index(BY_OWNER).openKeyCursor(range);
  let count = 0;
  let bytes = 0;
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null || count >= most) {
        resolve({ count, bytes });
        return;
      }
      const [owner, seq, size] = cursor.key as [number, number, number];
      if (matches(owner, seq)) {
        table.delete(cursor.primaryKey);
        count += 1;
        bytes += size;
      }
      cursor.continue();
    };
  });
}
