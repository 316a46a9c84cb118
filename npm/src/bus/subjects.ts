import { PolyphonError } from "../errors/error.ts";

/** Most tokens of a subject. */
const TOKENS_MAX = 16;
/** Most bytes of a subject. */
const BYTES_MAX = 256;

/**
 * The standing topics, where those meet who know nothing of each other: `default` for what belongs nowhere else, `priority`
 * for what is urgent, `broadcast` for everybody, `events` for what happened, `heartbeat` for signs of life.
 */
export const TOPICS = {
  default: "default",
  priority: "priority",
  broadcast: "broadcast",
  events: "events",
  heartbeat: "heartbeat",
} as const;

export type Topic = keyof typeof TOPICS;

const [DOT, STAR, ARROW] = [46, 42, 62];

/** Checks where a message is published. `PROTOCOL_SUBJECT_INVALID` with the rule that is broken. */
export function checkSubject(subject: string): void {
  const broken = brokenRule(subject, false);
  if (broken !== undefined) throw invalidSubject(subject, broken);
}

/** Checks what a subscription asks for. `PROTOCOL_SUBJECT_INVALID` with the rule that is broken. */
export function checkPattern(pattern: string): void {
  const broken = brokenRule(pattern, true);
  if (broken !== undefined) throw invalid("pattern", pattern, broken);
}

/** Whether only the runtime may publish here. */
export function isReserved(subject: string): boolean {
  if (subject.charCodeAt(0) !== 36) return false;
  const first = firstToken(subject);
  return first === "$sys" || first === "$reply";
}

/** What stands before the first point. */
export function firstToken(subject: string): string {
  const at = subject.indexOf(".");
  return at < 0 ? subject : subject.slice(0, at);
}

/** Whether a pattern takes a subject. Both are valid. */
export function matches(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  for (const [at, token] of wanted.entries()) {
    if (token === ">") return at < tokens.length;
    if (at >= tokens.length || (token !== "*" && token !== tokens[at])) return false;
  }
  return wanted.length === tokens.length;
}

/**
 * The rule a text breaks, in the words of core/protocol, whose rules these are: `tests/vectors` and the property suite
 * hold the two together.
 */
export function brokenRule(text: string, wildcards: boolean): string | undefined {
  if (typeof text !== "string" || text.length === 0 || text.length > BYTES_MAX) return "must have 1 to 256 bytes";
  let tokens = 1;
  let length = 0;
  let wild = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (length === 0) return "must have no empty token";
      if (wild === ARROW) return "must have `>` only as its last token";
      tokens += 1;
      length = 0;
      wild = 0;
      continue;
    }
    if (code === STAR || code === ARROW) {
      if (!wildcards || length > 0) return "must have `*` and `>` only as whole tokens of patterns";
      wild = code;
    } else if (wild !== 0) return "must have `*` and `>` only as whole tokens of patterns";
    else if (code < 0x21 || code > 0x7e) return "must be printable ASCII without spaces";
    length += 1;
  }
  if (length === 0) return "must have no empty token";
  return tokens > TOKENS_MAX ? "must have at most 16 tokens" : undefined;
}

/** @internal */
export function invalidSubject(subject: string, rule: string): PolyphonError {
  return invalid("subject", subject, rule);
}

function invalid(what: string, text: string, rule: string): PolyphonError {
  const shown = typeof text === "string" ? JSON.stringify(text.slice(0, BYTES_MAX)) : typeof text;
  return new PolyphonError("PROTOCOL_SUBJECT_INVALID", {
    message: `${what} ${shown} ${rule}.`,
    details: { field: what, rule },
  });
}
