import type { Store } from "../../../stores/store.ts";

/** A store, and whether anything it was asked is still under way. */
export interface BusyStore {
  readonly store: Store;
  readonly busy: () => boolean;
}

/** Counts calls of a store that have not been answered. Iterations count while they are asked for the next frame. */
export function busyStore(inner: Store): BusyStore {
  let open = 0;
  const counted = async <T>(call: Promise<T>): Promise<T> => {
    open += 1;
    try {
      return await call;
    } finally {
      open -= 1;
    }
  };
  const store = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]) => {
        const answer: unknown = Reflect.apply(value, target, args);
        return answer instanceof Promise ? counted(answer) : answer;
      };
    },
  });
  return { store, busy: () => open > 0 };
}
