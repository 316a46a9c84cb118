/** What must have happened in a run of the default size: each event and fault, each way back, each kind of end. */
const WANTED: readonly string[] = [
  ...["subscribe", "unsubscribe", "publish", "respond", "request"].map((kind) => `event: ${kind}`),
  ...["break", "half-open", "partition", "slow", "mishap", "die", "drain", "forget sessions", "wall"].map(
    (kind) => `event: ${kind}`,
  ),
  ...["lost", "doubled", "swapped"].map((mishap) => `fault: packet ${mishap}`),
  "recovery: session resumed",
  "recovery: session ended",
  "recovery: session unknown, made anew",
  ...["taken", "BUS_BACKPRESSURE", "TRANSPORT_LOST", "TRANSPORT_CLOSED"].map((outcome) => `publish: ${outcome}`),
  ...["answered", "AbortError", "Error", "REQUEST_FAILED", "REQUEST_NO_RESPONDER", "REQUEST_TIMEOUT"].map(
    (outcome) => `request: ${outcome}`,
  ),
  "request: TRANSPORT_LOST",
  "request: answered in parts",
  "request: came to several",
  "call: called off",
  "subscription: dropped",
  "subscription: expired",
];

export function missing(counted: ReadonlyMap<string, number>): string[] {
  return WANTED.filter((what) => !counted.has(what));
}
