// Adds its own number to a shared list, several times, against others that do the same. Usage: adder.ts FOLDER NUMBER TIMES
import { ModelStore } from "../../src/storage/model-store.ts";

const [folder, number, times] = process.argv.slice(2) as [string, string, string];
const store = await ModelStore.open(folder);
for (let turn = 0; turn < Number(times); turn += 1) {
  await store.update<string[]>("shared", (list) => [...(list ?? []), `${number}:${turn}`], 10_000);
}
