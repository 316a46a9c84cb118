import type { SessionView } from "../../sessions/view.ts";
import type { Output } from "../context.ts";
import type { Style } from "../output/style.ts";
import type { ProgressReporter } from "./shows.ts";
import { transitionLine, transitions } from "./transitions.ts";

/**
 * One line per transition: time, subject, id, event, then `key=value`. Of a session that is gone on with, only what
 * happened since then: an earlier run has printed the rest.
 *
 * @param since milliseconds since the epoch; default: everything
 */
export function plainReporter(output: Pick<Output, "write">, style: Style, since: number = 0): ProgressReporter {
  let before: SessionView | undefined;
  return {
    update(view) {
      if (view.id !== before?.id) before = undefined;
      for (const one of transitions(before, view)) {
        if (one.at >= since) output.write(`${transitionLine(one, style)}\n`);
      }
      before = view;
    },
    note: (text) => output.write(`${text}\n`),
    pause: () => undefined,
    end: () => undefined,
  };
}
