/**
 * `polyphon/slim`: everything that runs anywhere, without the kernel's wasm.
 * For libraries; the application that uses them chooses where the wasm comes from.
 */
export type { ErrorCode } from "./errors/codes.generated.ts";
export { type ErrorInit, PolyphonError } from "./errors/error.ts";
export type * from "./hosts/host.ts";
export { type Clock, systemClock } from "./runtime/clock.ts";
export type * from "./sessions/view.ts";
export type * from "./stores/store.ts";
export type * from "./tasks/plan.ts";
export { validatePlan } from "./tasks/validate.ts";
