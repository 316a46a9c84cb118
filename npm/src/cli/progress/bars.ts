import { createLogUpdate } from "log-update";
import type { SessionView } from "../../sessions/view.ts";
import type { CliContext } from "../context.ts";
import type { Style } from "../output/style.ts";
import { frame } from "./frame.ts";
import type { ProgressReporter } from "./shows.ts";

/** A picture that is drawn over itself. What it shows is {@link frame}; how it stays in place is log-update's. */
export function barsReporter(context: CliContext, style: Style): ProgressReporter {
  const { stdout } = context;
  const stream = stdout.stream;
  if (stream === undefined) throw new TypeError("bars need a terminal");
  const draw = createLogUpdate(stream);
  let last: { readonly view: SessionView; readonly now: number } | undefined;
  const render = (): void => {
    if (last === undefined) return;
    const size = { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
    draw(frame(last.view, { style, now: last.now, ...size }));
  };
  return {
    update(view, now) {
      last = { view, now };
      render();
    },
    note(text) {
      draw.clear();
      stdout.write(`${text}\n`);
      render();
    },
    pause: () => draw.clear(),
    // The summary that follows says the same, and more.
    end() {
      draw.clear();
      draw.done();
    },
  };
}
