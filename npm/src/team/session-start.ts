import type { Asker } from "../runtime/waiting.ts";
import type { Session } from "../sessions/session.ts";

/** Who is told what becomes of a start. */
export interface StartPort {
  started(start: Start, handle: number): void;
  refused(start: Start, error: Error): void;
}

/** The start of a session on its way to the disk. There is one for each task of a busy team: no promise is made for it. */
export class Start implements Asker {
  readonly #port: StartPort;
  readonly session: Session;
  /** What it takes of the room of new work. */
  readonly bytes: number;

  constructor(port: StartPort, session: Session, bytes: number) {
    this.#port = port;
    this.session = session;
    this.bytes = bytes;
  }

  settle(handle: number): void {
    this.#port.started(this, handle);
  }

  fail(error: Error): void {
    this.#port.refused(this, error);
  }
}
