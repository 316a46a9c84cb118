/** `polyphon/testing`: what tests of agents and adapters need. */
export * from "./fake-clock.ts";
