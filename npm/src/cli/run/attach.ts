import type { SessionView } from "../../sessions/view.ts";
import type { CliContext } from "../context.ts";
import type { Style } from "../output/style.ts";
import type { Session, Team } from "../ports.ts";
import type { ProgressReporter } from "../progress/reporter.ts";
import { asker } from "./asker.ts";
import { watchInterrupts } from "./interrupt.ts";
import { pulse } from "./pulse.ts";
import { onlyWaitsForPeople } from "./quiet.ts";

export interface AttachOptions {
  readonly context: CliContext;
  readonly style: Style;
  readonly reporter: ProgressReporter;
  /** Ask the person at the terminal. */
  readonly interactive: boolean;
  /** Stay when only people can go on. */
  readonly wait: boolean;
  /** How to answer from another process. */
  readonly howToAnswer: (view: SessionView) => string;
}

/** `over`: the session ended. `waiting`: only people can go on. `interrupted`: it can be gone on with later. */
export type Ended = "over" | "waiting" | "interrupted";

/** Least time between two pictures; longer where a view is dear to make. */
const LEAST_MS = 80;
/** Pictures are drawn again after this, for running times to move. */
const IDLE_MS = 1_000;
/** At most this share of the time is spent on views: one part in ten. */
const VIEW_SHARE = 9;

/** Stays with a session until it is over, only waits for people, or is interrupted; shows it meanwhile. */
export async function attach(
  session: Session,
  team: Team,
  options: AttachOptions,
): Promise<{ readonly ended: Ended; readonly view: SessionView }> {
  const { context, reporter } = options;
  const beat = pulse(context.clock);
  const questions = asker({
    prompts: context.prompts,
    style: options.style,
    answer: (item, decision) => team.answer(item.id, decision),
    before: () => reporter.pause(),
    after(said) {
      if (said !== undefined) reporter.note(said);
      beat.wake();
    },
  });
  const interrupt = watchInterrupts(context, {
    drain: () => team.drain(),
    changed: () => beat.wake(),
    say: (text) => reporter.note(text),
  });
  let broken: { readonly reason: unknown } | undefined;
  const stopListening = session.onChange(
    () => beat.wake(),
    (reason) => {
      broken = { reason };
      beat.wake();
    },
  );
  const told = new Set<string>();
  try {
    for (;;) {
      if (broken !== undefined) throw broken.reason;
      const before = context.clock.monoMs();
      const view = await session.view();
      const cost = context.clock.monoMs() - before;
      if (!questions.asking) reporter.update(view, session.now());
      if (view.ended !== null) return { ended: "over", view };
      if (interrupt.state === "aborted" || interrupt.state === "drained") return { ended: "interrupted", view };
      if (interrupt.state === "none" && options.interactive) questions.look(view);
      else questions.stop();
      if (!options.interactive) tellNew(view, told, options);
      if (!options.interactive && !options.wait && onlyWaitsForPeople(view)) return { ended: "waiting", view };
      await beat.next(Math.max(LEAST_MS, cost * VIEW_SHARE), IDLE_MS);
    }
  } finally {
    stopListening();
    interrupt.stop();
    questions.stop();
    reporter.end();
  }
}

/** Says once for each escalation how to answer it from elsewhere. */
function tellNew(view: SessionView, told: Set<string>, { reporter, howToAnswer }: AttachOptions): void {
  const fresh = view.escalations.filter((item) => item.resolved === null && !told.has(item.id));
  if (fresh.length === 0) return;
  for (const item of fresh) told.add(item.id);
  reporter.note(howToAnswer({ ...view, escalations: fresh }));
}
