/** Exit codes; part of the public face. */
export const EXIT: {
  readonly met: 0;
  readonly missed: 1;
  readonly usage: 2;
  readonly broken: 3;
  readonly interrupted: 130;
} = { met: 0, missed: 1, usage: 2, broken: 3, interrupted: 130 };

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
