import type { SessionView } from "../../sessions/view.ts";
import type { CliContext } from "../context.ts";
import type { Style } from "../output/style.ts";
import type { Session, Team } from "../ports.ts";
import type { ProgressReporter } from "../progress/shows.ts";
import { asker } from "./asker.ts";
import { watchInterrupts } from "./interrupt.ts";
import { pulse } from "./pulse.ts";
import { type Deciders, openQuestions, type Question } from "./questions.ts";
import { onlyWaitsForPeople } from "./quiet.ts";

export interface AttachOptions {
  readonly context: CliContext;
  readonly style: Style;
  readonly reporter: ProgressReporter;
  /** Ask the person at the terminal. */
  readonly interactive: boolean;
  /** Stay when only people can go on. */
  readonly wait: boolean;
  /** Absolute; named where answers from another process are. */
  readonly db: string;
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
  const decide: Deciders = {
    answer: (item, decision) => team.answer(item.id, decision),
    act: (action) => session.act(action),
  };
  const told = new Set<string>();
  // Who pauses a session that runs knows it; who starts one that is paused may not.
  let pauseAsks: boolean | undefined;
  try {
    for (;;) {
      if (broken !== undefined) throw broken.reason;
      const before = context.clock.monoMs();
      const view = await session.view();
      const cost = context.clock.monoMs() - before;
      if (!questions.asking) reporter.update(view, session.now());
      if (view.ended !== null) return { ended: "over", view };
      if (interrupt.state === "aborted" || interrupt.state === "drained") return { ended: "interrupted", view };
      pauseAsks = view.status === "paused" && (pauseAsks ?? true);
      const open = openQuestions(view, { style: options.style, db: options.db, pauseAsks, decide });
      if (interrupt.state === "none" && options.interactive) questions.look(open);
      else questions.stop();
      if (!options.interactive) tellNew(open, told, options);
      const alone = onlyWaitsForPeople(view) && (view.status !== "paused" || pauseAsks);
      if (!options.interactive && !options.wait && alone) return { ended: "waiting", view };
      await beat.next(Math.max(LEAST_MS, cost * VIEW_SHARE), IDLE_MS);
    }
  } finally {
    stopListening();
    interrupt.stop();
    questions.stop();
    reporter.end();
  }
}

/** Says once for each question how to answer it from elsewhere. */
function tellNew(open: readonly Question[], told: Set<string>, { reporter }: AttachOptions): void {
  for (const question of open.filter(({ id }) => !told.has(id))) {
    told.add(question.id);
    reporter.note(`${question.lines.join("\n")}\n  answer from another process: ${question.elsewhere}`);
  }
}
