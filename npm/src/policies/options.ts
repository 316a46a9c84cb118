import { PolyphonError } from "../errors/error.ts";

/** Longest time a policy takes: about 31 years. */
const LONGEST_MS = 1e12;

/** Checks the options of one policy, naming it and the option in what it throws. */
export class OptionCheck {
  readonly #policy: string;

  constructor(policy: string) {
    this.#policy = policy;
  }

  /** A whole number within bounds. */
  whole(option: string, value: number, least: number, most: number): number {
    return Number.isInteger(value) && value >= least && value <= most
      ? value
      : this.refuse(option, value, `a whole number from ${least} to ${most}`);
  }

  /** A time in whole milliseconds. */
  ms(option: string, value: number, least = 0): number {
    return this.whole(option, value, least, LONGEST_MS);
  }

  /** A finite number within bounds. */
  number(option: string, value: number, least: number, most: number): number {
    return typeof value === "number" && value >= least && value <= most
      ? value
      : this.refuse(option, value, `a number from ${least} to ${most}`);
  }

  refuse(option: string, value: unknown, wanted: string): never {
    throw new PolyphonError("POLICY_INVALID", {
      message: `${this.#policy}: ${option} must be ${wanted}, not ${String(value)}.`,
      details: { policy: this.#policy, option, value: typeof value === "number" ? String(value) : typeof value },
    });
  }
}

/** A ratio in parts per million. */
export const ppm = (ratio: number): number => Math.round(ratio * 1_000_000);
