/** `polyphon` under Node: the same names as `index.ts`; the wasm comes from the disk. */
import { type PortablePolyphon, portablePolyphon } from "./team/portable.ts";
import { loadKernel as loadFromDisk } from "./wasm/node.ts";

export * from "./anywhere.ts";

/** Compiles the kernel. */
export async function loadKernel(): Promise<WebAssembly.Module> {
  return loadFromDisk();
}

/** Opens teams. */
export const Polyphon: PortablePolyphon = portablePolyphon(loadKernel);
