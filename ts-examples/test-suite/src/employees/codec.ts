import { EquityError } from "../core/errors.ts";
import { createEmployee, type Employee, type EmployeeInput } from "./employee.ts";
import type { Acceleration, Grant, GrantInput } from "./grant.ts";

/** An employee as JSON: integers that may pass 2^53 are decimal text. */
export interface EmployeeJson extends Omit<EmployeeInput, "salary" | "grants"> {
  readonly salary: string;
  readonly grants: readonly GrantJson[];
}

export interface GrantJson extends Omit<GrantInput, "shares" | "strike" | "acceleration"> {
  readonly shares: string;
  readonly strike: string;
  readonly acceleration?: Omit<Acceleration, "ppm"> & { readonly ppm: string };
}

function grantToJson(grant: Grant): GrantJson {
  const { acceleration, shares, strike, ...rest } = grant;
  return {
    ...rest,
    shares: shares.toString(),
    strike: strike.toString(),
    ...(acceleration === undefined ? {} : { acceleration: { ...acceleration, ppm: acceleration.ppm.toString() } }),
  };
}

/** The employee as a value `JSON.stringify` takes; {@link employeeFromJson} gives an equal one back. */
export function employeeToJson(employee: Employee): EmployeeJson {
  return { ...employee, salary: employee.salary.toString(), grants: employee.grants.map(grantToJson) };
}

function integer(text: unknown, field: string): bigint {
  if (typeof text !== "string" || !/^-?\d{1,40}$/.test(text)) {
    throw new EquityError("RECORD_DAMAGED", `${field} is not an integer in text form`, { field });
  }
  return BigInt(text);
}

function grantFromJson(json: GrantJson): GrantInput {
  const { acceleration, ...rest } = json;
  return {
    ...rest,
    shares: integer(json.shares, "shares"),
    strike: integer(json.strike, "strike"),
    ...(acceleration === undefined
      ? {}
      : { acceleration: { ...acceleration, ppm: integer(acceleration.ppm, "acceleration.ppm") } }),
  };
}

/**
 * Reads what {@link employeeToJson} wrote, checking every rule of {@link createEmployee} again.
 * @throws EquityError `RECORD_DAMAGED` for a value of the wrong form; else what `createEmployee` throws.
 */
export function employeeFromJson(json: EmployeeJson): Employee {
  if (!Array.isArray(json.grants)) throw new EquityError("RECORD_DAMAGED", "grants is not a list", { field: "grants" });
  return createEmployee({ ...json, salary: integer(json.salary, "salary"), grants: json.grants.map(grantFromJson) });
}
