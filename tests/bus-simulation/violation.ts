/** Something that must never be. */
export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(message);
    this.invariant = invariant;
  }
}

export function must(isSo: boolean, invariant: string, message: () => string): void {
  if (!isSo) throw new Violation(invariant, message());
}
