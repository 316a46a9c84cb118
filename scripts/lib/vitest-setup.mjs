// What vitest does before the first test, also when it is started by hand.
export { build as setup } from "./build.mjs";
