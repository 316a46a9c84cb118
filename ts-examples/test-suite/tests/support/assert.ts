import assert from "node:assert/strict";
import { EquityError, type EquityErrorCode } from "../../src/core/errors.ts";

function check(error: unknown, code: EquityErrorCode): EquityError {
  if (!(error instanceof EquityError)) throw error;
  assert.equal(error.code, code, error.message);
  return error;
}

/** The {@link EquityError} of this code that `work` throws; fails when it throws nothing or something else. */
export function refusal(code: EquityErrorCode, work: () => unknown): EquityError {
  try {
    work();
  } catch (error) {
    return check(error, code);
  }
  return assert.fail(`expected ${code}, nothing was thrown`);
}

/** Passes when `work` throws an {@link EquityError} of this code. */
export function refuses(code: EquityErrorCode, work: () => unknown): void {
  refusal(code, work);
}

/** {@link refusal} for a promise. */
export async function rejection(code: EquityErrorCode, work: Promise<unknown>): Promise<EquityError> {
  try {
    await work;
  } catch (error) {
    return check(error, code);
  }
  return assert.fail(`expected ${code}, nothing was thrown`);
}

/** {@link refuses} for a promise. */
export async function rejects(code: EquityErrorCode, work: Promise<unknown>): Promise<void> {
  await rejection(code, work);
}
