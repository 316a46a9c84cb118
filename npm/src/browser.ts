/** `polyphon/browser`: everything for pages and workers of a browser. */
import { systemClock } from "./runtime/clock.ts";
import { indexedDbStore } from "./stores/indexeddb/indexeddb-store.ts";
import { requirePlatform } from "./stores/indexeddb/support.ts";
import type { SharedTeam } from "./tabs/shared-team.ts";
import type { OpenOptions } from "./team/options.ts";
import { portablePolyphon } from "./team/portable.ts";
import type { Team } from "./team/team.ts";
import { loadKernel } from "./wasm/browser.ts";

export * from "./anywhere.ts";
export { type IndexedDbStoreOptions, indexedDbStore } from "./stores/indexeddb/indexeddb-store.ts";
export type { SharedSession } from "./tabs/shared-session.ts";
export type { SharedAgentOptions, SharedTeam } from "./tabs/shared-team.ts";
export { loadKernel } from "./wasm/browser.ts";

/** `Polyphon` in a page or a worker of a browser. */
export interface BrowserPolyphon {
  /**
   * Opens a journal, in the IndexedDB of the origin under the name `target` or wherever `options.store` says; without either
   * it is in memory and gone with the page. `STORE_LOCKED` when another page or worker owns it, `STORE_CORRUPT` when it is
   * damaged, `STORE_UNSUPPORTED` when the browser lacks something.
   */
  open(target?: string | OpenOptions, options?: OpenOptions): Promise<Team>;
  /**
   * Opens the journal `name` together with all pages and workers of the origin that do so: one owns it, the others use it
   * through that one, and when it goes the next takes over. `options` count for whoever owns it.
   */
  share(name: string, options?: Omit<OpenOptions, "store">): Promise<SharedTeam>;
}

const portable = portablePolyphon(loadKernel);

/** Opens teams. */
export const Polyphon: BrowserPolyphon = {
  open(target = {}, options = {}) {
    if (typeof target !== "string") return portable.open(target);
    const clock = options.clock === undefined ? {} : { clock: options.clock };
    return portable.open({ store: indexedDbStore(target, clock), ...options });
  },
  async share(name, options = {}) {
    const { clock = systemClock(), onError = () => undefined } = options;
    requirePlatform(name);
    const open = (byForce: boolean): Promise<Team> =>
      portable.open({ ...options, store: indexedDbStore(name, { clock, steal: byForce }) });
    // Pages that have their journal for themselves need none of it.
    const { SharedTeam } = await import("./tabs/shared-team.ts");
    return SharedTeam.join({ name, clock, onError, open });
  },
};
