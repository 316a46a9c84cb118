/** `polyphon`: everything that runs anywhere, and the kernel's wasm fetched from beside this package. */
import { type PortablePolyphon, portablePolyphon } from "./team/portable.ts";
import { loadKernel } from "./wasm/browser.ts";

export * from "./anywhere.ts";
export { loadKernel } from "./wasm/browser.ts";

/** Opens teams. */
export const Polyphon: PortablePolyphon = portablePolyphon(loadKernel);
