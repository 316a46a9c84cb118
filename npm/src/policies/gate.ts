/**
 * A policy that only lets a call through or not, and hears how it ended: around a request of the bus it needs no promise of
 * its own. The rule is the one `run` asks. @internal
 */
export interface Gate {
  /** Whether a call that came now would neither wait nor be looked at more closely. */
  isClear(): boolean;
  /** Lets a call through, or throws the refusal. Answers what `leave` is to be given. */
  enter(nowMs: number): number;
  /** The call that had this ticket was answered. */
  left(ticket: number, nowMs: number): void;
  /** It failed with `error`; `isAborted`: because its caller gave up. */
  broke(ticket: number, error: unknown, isAborted: boolean, nowMs: number): void;
}

/** A policy made of nothing but gates. @internal */
export interface Gated {
  readonly "~gates": readonly Gate[] | undefined;
}

/** The gates of a policy, the outermost first; `undefined` when there is more to it. */
export function gatesOf(policy: object): readonly Gate[] | undefined {
  return (policy as Partial<Gated>)["~gates"];
}

/** Whether a call would go through all of them at once. */
export function areClear(gates: readonly Gate[]): boolean {
  for (let at = 0; at < gates.length; at++) if (!(gates[at] as Gate).isClear()) return false;
  return true;
}

/** Lets a call through all of them; one that refuses undoes those before it. Answers the tickets. */
export function enterAll(gates: readonly Gate[], nowMs: number): number[] {
  const tickets: number[] = [];
  try {
    for (let at = 0; at < gates.length; at++) tickets.push((gates[at] as Gate).enter(nowMs));
  } catch (error) {
    leaveAll(gates, tickets, { error, isAborted: false }, nowMs);
    throw error;
  }
  return tickets;
}

/** The end of a call, told from the innermost to the outermost. */
export function leaveAll(
  gates: readonly Gate[],
  tickets: readonly number[],
  failure: { readonly error: unknown; readonly isAborted: boolean } | undefined,
  nowMs: number,
): void {
  for (let at = tickets.length - 1; at >= 0; at--) {
    const gate = gates[at] as Gate;
    const ticket = tickets[at] as number;
    if (failure === undefined) gate.left(ticket, nowMs);
    else gate.broke(ticket, failure.error, failure.isAborted, nowMs);
  }
}
