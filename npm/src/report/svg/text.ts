import { clean } from "../clean.ts";

const NARROW = /[ijltfrI1.,:;'|!()[\]{} ]/;
const BROAD = /[mwMW@%]/;

/** Estimated width of text in a proportional face. SVG cannot measure without a browser; a guess on the wide side. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x1100) width += 1;
    else if (NARROW.test(character)) width += 0.36;
    else if (BROAD.test(character)) width += 0.92;
    else if (character >= "A" && character <= "Z") width += 0.7;
    else width += 0.57;
  }
  return width * fontSize;
}

/** Text cut to a width, with an ellipsis where something is missing. Never cuts inside a character. */
export function fitText(text: string, width: number, fontSize: number): string {
  const whole = clean(text).replace(/\s+/g, " ");
  if (textWidth(whole, fontSize) <= width) return whole;
  let fitted = "";
  for (const character of whole) {
    if (textWidth(`${fitted}${character}…`, fontSize) > width) break;
    fitted += character;
  }
  return `${fitted.trimEnd()}…`;
}
