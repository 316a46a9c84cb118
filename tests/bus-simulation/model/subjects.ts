import { PRIORITIES, type Priority } from "../plan.ts";

/** Whether a pattern takes a subject, token by token. */
export function takes(pattern: string, subject: string): boolean {
  const [tokens, given] = [pattern.split("."), subject.split(".")];
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] === ">") return given.length > at;
    if (at >= given.length || (tokens[at] !== "*" && tokens[at] !== given[at])) return false;
  }
  return tokens.length === given.length;
}

export function rankOf(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}
