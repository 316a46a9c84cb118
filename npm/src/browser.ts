/** `polyphon/browser`: everything for pages and workers of a browser. */
import { type PortablePolyphon, portablePolyphon } from "./team/portable.ts";
import { loadKernel } from "./wasm/browser.ts";

export * from "./slim.ts";
export { loadKernel } from "./wasm/browser.ts";

/** Opens teams. */
export const Polyphon: PortablePolyphon = portablePolyphon(loadKernel);
