// Writes versions without pause until it is killed, and prints each number once it is on the disk. Usage: writer.ts FOLDER
import { ModelStore } from "../../src/storage/model-store.ts";

const store = await ModelStore.open(process.argv[2] as string);
const filler = "x".repeat(20_000);
for (let version = 0; ; ) {
  version = await store.save("model", { version: version + 1, filler }, version);
  process.stdout.write(`${version}\n`);
}
