import type { SessionView } from "../../sessions/view.ts";
import type { Output } from "../context.ts";
import type { Style } from "../output/style.ts";
import type { ProgressReporter } from "./reporter.ts";
import { transitionLine, transitions } from "./transitions.ts";

/** One line per transition: time, subject, id, event, then `key=value`. */
export function plainReporter(output: Pick<Output, "write">, style: Style): ProgressReporter {
  let before: SessionView | undefined;
  return {
    update(view) {
      if (view.id !== before?.id) before = undefined;
      for (const one of transitions(before, view)) output.write(`${transitionLine(one, style)}\n`);
      before = view;
    },
    note: (text) => output.write(`${text}\n`),
    pause: () => undefined,
    end: () => undefined,
  };
}
