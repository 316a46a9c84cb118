import { memoryStore } from "../../stores/memory/memory-store.ts";
import type { Store } from "../../stores/store.ts";

/** A store whose appends, once it is held, wait to be let through. `hold` answers how. */
export function heldStore(): { readonly store: Store; hold(): () => void } {
  let held: Promise<void> | undefined;
  const inner = memoryStore();
  const store = new Proxy(inner, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== "function") return value;
      if (name !== "append") return value.bind(target);
      return async (...given: Parameters<Store["append"]>) => {
        await held;
        await target.append(...given);
      };
    },
  });
  const hold = (): (() => void) => {
    let free = (): void => undefined;
    held = new Promise((resolve) => {
      free = () => {
        held = undefined;
        resolve();
      };
    });
    return free;
  };
  return { store, hold };
}
