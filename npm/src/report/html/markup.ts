import { clean } from "../clean.ts";

/** Markup that is safe to put into a page as it is. Made only by {@link html} and {@link raw}. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = Html | string | number | null | readonly Piece[];

/** Template for markup: everything put in is escaped, except markup made by this same function. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += render(value) + (strings[index + 1] ?? "");
  });
  return new Html(text);
}

/** Marks text of our own (never of a user) as markup. */
export function raw(text: string): Html {
  return new Html(text);
}

/** Text for element content and quoted attributes, cleaned first. */
function escapeHtml(text: string): string {
  return clean(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function render(value: Piece): string {
  if (value === null) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  return value.map(render).join("");
}
