/** Colours for a terminal; every function answers its text unchanged when colours are off. */
export interface Style {
  readonly enabled: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly info: (text: string) => string;
}

/** `NO_COLOR` (any value but empty) wins over `FORCE_COLOR`, that over whether a terminal listens. */
export function styleFor(
  output: { readonly isTTY: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const forced = env.FORCE_COLOR;
  const wanted = forced === undefined ? output.isTTY && env.TERM !== "dumb" : forced !== "0" && forced !== "false";
  const enabled = wanted && (env.NO_COLOR ?? "") === "";
  const paint = (open: number, close: number) => (text: string) =>
    enabled && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    enabled,
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    warn: paint(33, 39),
    info: paint(34, 39),
  };
}
