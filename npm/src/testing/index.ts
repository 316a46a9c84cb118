/** `polyphon/testing`: what tests of agents and adapters need. */
export * from "./fake-clock.ts";
export * from "./faulty-store.ts";
export * from "./frames.ts";
export * from "./store-contract.ts";
export * from "./transport-contract.ts";
