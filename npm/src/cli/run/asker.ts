import type { EscalationView, SessionView } from "../../sessions/view.ts";
import type { Prompts } from "../context.ts";
import { printable } from "../output/cells.ts";
import type { Style } from "../output/style.ts";
import type { Decision } from "../ports.ts";

/** Asks the person at the terminal about open escalations, one at a time. */
export interface Asker {
  /** Takes note of the latest view: asks what is new, calls off what was answered elsewhere. */
  look(view: SessionView): void;
  /** Whether a question is on the screen. */
  readonly asking: boolean;
  stop(): void;
}

export interface AskerOptions {
  readonly prompts: Prompts;
  readonly style: Style;
  answer(escalation: EscalationView, decision: Decision): Promise<void>;
  /** Before a question appears. */
  before(): void;
  /** After it is gone; `said` is a line worth keeping. */
  after(said: string | undefined): void;
}

const DECISIONS: Readonly<Record<string, Decision>> = { a: "approve", r: "retry", b: "abort" };

export function asker(options: AskerOptions): Asker {
  const put = new Set<string>();
  let current: { readonly id: string; readonly abort: AbortController } | undefined;
  let stopped = false;

  const ask = async (item: EscalationView, signal: AbortSignal): Promise<string | undefined> => {
    for (let hint = ""; ; hint = `Please type one of the letters.\n`) {
      const line = await options.prompts.ask(hint + question(item, options.style), signal);
      const decision = line === undefined ? undefined : choice(line);
      if (decision === "later") return `Left open: answer with \`polyphon approve|retry|abort ${item.id}\`.`;
      if (line === undefined) return undefined;
      if (decision === undefined) continue;
      await options.answer(item, decision);
      return `${options.style.good("✓")} ${decision} ${printable(item.task)}`;
    }
  };

  return {
    look(view) {
      const open = view.escalations.filter((item) => item.resolved === null);
      if (current !== undefined && !open.some((item) => item.id === current?.id)) current.abort.abort();
      const next = open.find((item) => !put.has(item.id));
      if (stopped || current !== undefined || next === undefined || !options.prompts.available) return;
      put.add(next.id);
      const mine = { id: next.id, abort: new AbortController() };
      current = mine;
      options.before();
      void ask(next, mine.abort.signal)
        .catch(
          (error: unknown) => `The answer was not taken: ${error instanceof Error ? error.message : String(error)}`,
        )
        .then((said) => {
          current = undefined;
          options.after(said);
        });
    },
    get asking() {
      return current !== undefined;
    },
    stop() {
      stopped = true;
      current?.abort.abort();
    },
  };
}

function question(item: EscalationView, style: Style): string {
  const lines = [
    `${style.warn("‖")} ${style.bold(printable(item.task))} waits for you: ${printable(item.issueType)} (${item.severity})`,
    `  ${printable(item.message)}`,
    ...item.recommendedActions.map((action) => `  - ${printable(action)}`),
    ...(item.blockingTasks.length === 0 ? [] : [`  holds up ${printable(item.blockingTasks.join(", "))}`]),
    `  ${style.bold("a")}pprove, ${style.bold("r")}etry, a${style.bold("b")}ort or ${style.bold("l")}ater? `,
  ];
  return lines.join("\n");
}

/** `a`, `approve`, … `l`; anything else is not understood. */
function choice(line: string): Decision | "later" | undefined {
  const word = line.trim().toLowerCase();
  if (word === "l" || word === "later") return "later";
  return DECISIONS[word] ?? Object.values(DECISIONS).find((decision) => decision === word);
}
