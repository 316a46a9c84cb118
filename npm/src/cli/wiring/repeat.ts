import { open, readFile, stat } from "node:fs/promises";
import { readRepro, repeat } from "../../runtime/repro.ts";
import { loadKernel } from "../../wasm/node.ts";
import type { Repeated } from "../ports.ts";

const BEGINNING = Buffer.from('{"polyphon":"repro"');

/** Takes the step of a repro file again, with this version's kernel. */
export async function repeatStep(file: string): Promise<Repeated | undefined> {
  if (!(await beginsLikeOne(file))) return undefined;
  const repro = readRepro(await readFile(file));
  if (repro === undefined) return undefined;
  const { command, seq, message } = repro;
  return { command, seq, message, ...repeat(repro, loadKernel()) };
}

/** A database may be large: it is not read to find out that it is one. */
async function beginsLikeOne(file: string): Promise<boolean> {
  // To open a pipe is to wait for whoever writes to it.
  if (!(await stat(file)).isFile()) return false;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING.length), 0, BEGINNING.length, 0);
    return bytesRead === BEGINNING.length && buffer.equals(BEGINNING);
  } finally {
    await handle.close();
  }
}
