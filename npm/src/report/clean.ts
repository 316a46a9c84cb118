/**
 * Text fit for pages and terminals: line ends unified, lone surrogates, control characters (tab and line feed aside),
 * non-characters and whatever turns the direction of the text that follows replaced by U+FFFD. A name can then neither
 * break its surroundings nor disguise its neighbours.
 */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/gu, "\ufffd");
}
