/** A policy that may run what it guards more than once. @internal */
export interface Repeating {
  readonly "~repeats": boolean;
}

/** Whether a policy, as far as it says, may run what it guards more than once. */
export function repeats(policy: object): boolean {
  return (policy as Partial<Repeating>)["~repeats"] === true;
}
