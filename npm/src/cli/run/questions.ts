import type { EscalationView, SessionView } from "../../sessions/view.ts";
import { printable } from "../output/cells.ts";
import type { Style } from "../output/style.ts";
import type { Decision, SessionAction } from "../ports.ts";

/** Something only a person can decide. */
export interface Question {
  /** The same as long as it is the same question. */
  readonly id: string;
  /** What it is about, in few words. */
  readonly about: string;
  /** Everything before the choices. */
  readonly lines: readonly string[];
  readonly choices: readonly Choice[];
  /** How to answer it from another process. */
  readonly elsewhere: string;
}

export interface Choice {
  /** One letter, part of the word. */
  readonly key: string;
  readonly word: string;
  act(): Promise<void>;
}

/** What answers do. */
export interface Deciders {
  answer(escalation: EscalationView, decision: Decision): Promise<void>;
  act(action: SessionAction): Promise<void>;
}

/** Every open question of a session, the most particular first. A pause is one only for who did not just ask for it. */
export function openQuestions(
  view: SessionView,
  { style, db, pauseAsks, decide }: { style: Style; db: string; pauseAsks: boolean; decide: Deciders },
): readonly Question[] {
  const open = view.escalations.filter((item) => item.resolved === null);
  const found = open.map((item) => aboutEscalation(item, db, style, decide));
  const goOn: Choice[] = [
    { key: "g", word: "go on", act: () => decide.act("resume") },
    { key: "c", word: "cancel", act: () => decide.act("cancel") },
  ];
  const elsewhere = `polyphon resume|cancel ${view.id} --db ${printable(db)}`;
  for (const alert of view.alerts.filter(({ holds }) => holds)) {
    const about = printable(alert.rule);
    found.push({
      id: `${alert.rule} ${alert.raised}`,
      about,
      lines: [
        `${style.warn("‖")} ${style.bold(about)} holds new tasks back (${alert.severity})`,
        `  ${printable(alert.details)}`,
      ],
      choices: goOn,
      elsewhere,
    });
  }
  if (view.status === "paused" && pauseAsks) {
    const about = `the session ${view.id}`;
    found.push({
      id: "paused",
      about,
      lines: [`${style.warn("‖")} ${style.bold("paused")}: ${about} grants no work`],
      choices: goOn,
      elsewhere,
    });
  }
  return found;
}

function aboutEscalation(item: EscalationView, db: string, style: Style, decide: Deciders): Question {
  const about = printable(item.task);
  const choice = (key: string, word: Decision): Choice => ({ key, word, act: () => decide.answer(item, word) });
  return {
    id: item.id,
    about,
    lines: [
      `${style.warn("‖")} ${style.bold(about)} waits for a person: ${printable(item.issueType)} (${item.severity})`,
      `  ${printable(item.message)}`,
      ...item.recommendedActions.map((action) => `  - ${printable(action)}`),
      ...(item.blockingTasks.length === 0 ? [] : [`  holds up ${printable(item.blockingTasks.join(", "))}`]),
    ],
    choices: [choice("a", "approve"), choice("r", "retry"), choice("b", "abort")],
    elsewhere: `polyphon approve|retry|abort ${item.id} --db ${printable(db)}`,
  };
}
