import type { TaskStatus } from "../../sessions/view.ts";
import { type IconName, icon } from "../svg/icons.ts";
import { type Html, html } from "./markup.ts";

/** A card with a heading; `id` is the anchor. */
export function section(id: string, title: string, body: Html, hint?: string): Html {
  return html`<section class="section" id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>
${hint === undefined ? null : html`<p class="hint">${hint}</p>`}${body}</section>
`;
}

/** Something wide that scrolls by itself, also by keyboard. */
export function scroll(label: string, body: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${body}</div>`;
}

/** Icon and word. */
export function state(status: TaskStatus): Html {
  return html`<span class="state">${icon(status)}${status}</span>`;
}

/** Icon and word for anything else. */
export function badge(name: IconName, tone: string, word: string): Html {
  return html`<span class="state">${icon(name, tone)}${word}</span>`;
}

/** A table with a caption for readers who do not see it, and heads with scope. */
export function table(
  caption: string,
  heads: readonly (string | { readonly num: string })[],
  rows: readonly Html[],
): Html {
  const cells = heads.map((head) =>
    typeof head === "string" ? html`<th scope="col">${head}</th>` : html`<th scope="col" class="num">${head.num}</th>`,
  );
  return scroll(
    caption,
    html`<table><caption>${caption}</caption><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}
