import type { CliContext } from "../context.ts";

/** `draining`: no new work, what runs may finish. `drained`: it has. `aborted`: asked twice. */
export type InterruptState = "none" | "draining" | "drained" | "aborted";

export interface InterruptWatch {
  readonly state: InterruptState;
  stop(): void;
}

/** First Ctrl-C drains, second aborts. */
export function watchInterrupts(
  context: CliContext,
  does: { drain(): Promise<void>; changed(): void; say(text: string): void },
): InterruptWatch {
  let state: InterruptState = "none";
  const to = (next: InterruptState): void => {
    state = next;
    does.changed();
  };
  const stop = context.interrupts.on(() => {
    if (state !== "none") {
      to("aborted");
      return;
    }
    does.say("Finishing what runs and starting nothing new; interrupt again to end it at once.");
    to("draining");
    // A drain that fails must not keep the process: leaving is always safe, the journal has everything.
    void does.drain().then(
      () => state === "draining" && to("drained"),
      () => to("aborted"),
    );
  });
  return {
    get state() {
      return state;
    },
    stop,
  };
}
