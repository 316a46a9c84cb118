import type { ProtocolBindings } from "../wasm/protocol.ts";
import { refusing } from "./failure.ts";

/** Rules of subjects: tokens with points between; in patterns `*` is any one token and `>` the rest. */
export class Subjects {
  readonly #bindings: ProtocolBindings;

  /** @internal */
  constructor(bindings: ProtocolBindings) {
    this.#bindings = bindings;
  }

  /** `PROTOCOL_SUBJECT_INVALID` for what is no subject. */
  check(subject: string): void {
    refusing(() => this.#bindings.checkSubject(subject));
  }

  /** Whether a pattern takes a subject. `PROTOCOL_SUBJECT_INVALID` when one of them is none. */
  matches(pattern: string, subject: string): boolean {
    return refusing(() => this.#bindings.subjectMatches(pattern, subject));
  }

  /** The name of a subject for brokers that know letters, digits, `.`, `-` and `_` alone. */
  escape(subject: string): string {
    return this.#bindings.escapeSubject(subject);
  }

  /** The subject of such a name; `undefined` for what is none. */
  unescape(name: string): string | undefined {
    return this.#bindings.unescapeSubject(name);
  }
}
