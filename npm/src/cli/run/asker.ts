import type { Prompts } from "../context.ts";
import type { Style } from "../output/style.ts";
import type { Choice, Question } from "./questions.ts";

/** Asks the person at the terminal what is open, one question at a time. */
export interface Asker {
  /** Takes note of what is open now: asks what is new, calls off what was answered elsewhere. */
  look(open: readonly Question[]): void;
  /** Whether a question is on the screen. */
  readonly asking: boolean;
  stop(): void;
}

export interface AskerOptions {
  readonly prompts: Prompts;
  readonly style: Style;
  /** Before a question appears. */
  before(): void;
  /** After it is gone; `said` is a line worth keeping. */
  after(said: string | undefined): void;
}

export function asker({ prompts, style, before, after }: AskerOptions): Asker {
  const put = new Set<string>();
  let current: { readonly id: string; readonly abort: AbortController } | undefined;
  let stopped = false;

  const ask = async (question: Question, signal: AbortSignal): Promise<string | undefined> => {
    for (let hint = ""; ; hint = `Please type one of the letters.\n`) {
      const line = await prompts.ask(hint + text(question, style), signal);
      if (line === undefined) return signal.aborted && !stopped ? `${question.about}: answered elsewhere.` : undefined;
      const word = line.trim().toLowerCase();
      if (word === "l" || word === "later") return `Left open: answer with \`${question.elsewhere}\`.`;
      const choice = question.choices.find((one) => word === one.key || word === one.word);
      if (choice === undefined) continue;
      await choice.act();
      return `${style.good("✓")} ${question.about}: ${choice.word}`;
    }
  };

  return {
    look(open) {
      if (current !== undefined && !open.some(({ id }) => id === current?.id)) current.abort.abort();
      const next = open.find(({ id }) => !put.has(id));
      if (stopped || current !== undefined || next === undefined || !prompts.available) return;
      put.add(next.id);
      const mine = { id: next.id, abort: new AbortController() };
      current = mine;
      before();
      void ask(next, mine.abort.signal)
        .catch(
          (error: unknown) => `The answer was not taken: ${error instanceof Error ? error.message : String(error)}`,
        )
        .then((said) => {
          current = undefined;
          after(said);
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

function text({ lines, choices }: Question, style: Style): string {
  const words = choices.map((choice) => marked(choice, style));
  return [...lines, `  ${words.join(", ")} or ${marked({ key: "l", word: "later" }, style)}? `].join("\n");
}

/** The word with its letter made to stand out. */
function marked({ key, word }: Pick<Choice, "key" | "word">, style: Style): string {
  const at = word.indexOf(key);
  const letter = style.enabled ? style.bold(key) : `(${key})`;
  return `${word.slice(0, at)}${letter}${word.slice(at + 1)}`;
}
