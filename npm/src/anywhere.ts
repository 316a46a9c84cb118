/** What every entry point but `polyphon/slim` has beside that: what runs anywhere. */

export { AttemptFailed } from "./agents/policed.ts";
export { functionHost } from "./hosts/function/host.ts";
export * from "./slim.ts";
export { memoryStore } from "./stores/memory/memory-store.ts";
