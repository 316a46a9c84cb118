import { brokenRule, invalidSubject } from "./subjects.ts";

/** Most tokens of a subject. */
const TOKENS_MAX = 16;
const BYTES_MAX = 256;
const [DOT, STAR, ARROW] = [46, 42, 62];
const PRIME = 0x01000193;
const BASIS = 0x811c9dc5 | 0;

/** Characters that stand in the two words of a token. */
export const WORDS_OF = 8;

/**
 * A subject taken apart in one pass that also checks it: where each token ends, what it hashes to (FNV-1a) and its last eight
 * characters in two words, so that the way through the trie compares numbers: to look at a text, character by character, costs
 * more than all the rest of the way. One object for all subjects; what it says is that of the last one.
 */
export class Scan {
  /** Tokens there are. */
  count = 0;
  /** Of the whole subject. */
  hash = 0;
  readonly ends: Int32Array = new Int32Array(TOKENS_MAX);
  readonly hashes: Int32Array = new Int32Array(TOKENS_MAX);
  /** The last four characters of each token, and the four before. */
  readonly lasts: Int32Array = new Int32Array(TOKENS_MAX);
  readonly befores: Int32Array = new Int32Array(TOKENS_MAX);

  /** `PROTOCOL_SUBJECT_INVALID` with the rule that is broken. */
  read(subject: string): void {
    const { ends, hashes, lasts, befores } = this;
    const { length } = subject;
    if (length > BYTES_MAX) throw refusal(subject);
    let count = 0;
    let whole = BASIS;
    let hash = BASIS;
    let begin = 0;
    let last = 0;
    let before = 0;
    for (let at = 0; at < length; at++) {
      const code = subject.charCodeAt(at);
      if (code === DOT) {
        if (at === begin || count === TOKENS_MAX - 1) throw refusal(subject);
        ends[count] = at;
        lasts[count] = last;
        befores[count] = before;
        hashes[count++] = hash === 0 ? 1 : hash;
        whole = Math.imul(whole ^ hash, PRIME);
        hash = BASIS;
        begin = at + 1;
        last = 0;
        before = 0;
      } else {
        if (code < 0x21 || code > 0x7e || code === STAR || code === ARROW) throw refusal(subject);
        hash = Math.imul(hash ^ code, PRIME);
        before = (before << 8) | (last >>> 24);
        last = (last << 8) | code;
      }
    }
    if (begin === length) throw refusal(subject);
    ends[count] = length;
    lasts[count] = last;
    befores[count] = before;
    hashes[count++] = hash === 0 ? 1 : hash;
    this.count = count;
    this.hash = Math.imul(whole ^ hash, PRIME);
  }
}

/** The hash of one token, as {@link Scan} makes it; never 0. */
export function hashOf(token: string): number {
  let hash = BASIS;
  for (let at = 0; at < token.length; at++) hash = Math.imul(hash ^ token.charCodeAt(at), PRIME);
  return hash === 0 ? 1 : hash;
}

/** Four characters of a token that end `back` characters before its end, as {@link Scan} makes them. */
export function wordOf(token: string, back: number): number {
  let word = 0;
  for (let at = Math.max(token.length - back - 4, 0); at < token.length - back; at++)
    word = (word << 8) | token.charCodeAt(at);
  return word;
}

function refusal(subject: string): Error {
  return invalidSubject(subject, brokenRule(subject, false) ?? "");
}
