import { type PlainDate, parseDate } from "../core/calendar.ts";
import { EquityError } from "../core/errors.ts";
import type { Micros } from "../core/money.ts";
import { divide, PPM } from "../core/ratio.ts";
import { createGrant, type Grant, type GrantInput } from "./grant.ts";

/** A person on the payroll, with the equity promised to them. */
export interface Employee {
  readonly id: string;
  readonly name: string;
  readonly department: string;
  readonly hired: PlainDate;
  /** Last day of employment; absent while employed. */
  readonly left?: PlainDate;
  /** Gross salary of one year. */
  readonly salary: Micros;
  readonly grants: readonly Grant[];
}

/** An employee as callers write it: dates as text. */
export interface EmployeeInput extends Omit<Employee, "hired" | "left" | "grants"> {
  readonly hired: string;
  readonly left?: string;
  /** Default none. */
  readonly grants?: readonly GrantInput[];
}

/**
 * A checked employee with checked grants.
 * @throws EquityError `EMPLOYEE_INVALID` naming every problem; what {@link createGrant} and `parseDate` throw.
 */
export function createEmployee(input: EmployeeInput): Employee {
  const problems: string[] = [];
  if (!/^[\w.-]{1,64}$/.test(input.id)) problems.push("id must be 1 to 64 letters, digits, '.', '_' or '-'");
  if (input.name.trim() === "") problems.push("name must not be empty");
  if (input.department.trim() === "") problems.push("department must not be empty");
  if (input.salary < 0n) problems.push("salary must not be negative");
  const hired = parseDate(input.hired);
  const left = input.left === undefined ? undefined : parseDate(input.left);
  if (left !== undefined && left < hired) problems.push("left must not be before hired");
  const grants = (input.grants ?? []).map(createGrant);
  const ids = new Set(grants.map((grant) => grant.id));
  if (ids.size !== grants.length) problems.push("grant ids must be unique");
  if (problems.length > 0) {
    throw new EquityError("EMPLOYEE_INVALID", `employee ${input.id}: ${problems.join("; ")}`, { problems });
  }
  const { id, name, department, salary } = input;
  return {
    id,
    name: name.trim(),
    department: department.trim(),
    hired,
    ...(left === undefined ? {} : { left }),
    salary,
    grants,
  };
}

/** True from the day of hire to the last day of employment, both included. */
export function isEmployed(employee: Employee, on: PlainDate): boolean {
  return employee.hired <= on && (employee.left === undefined || on <= employee.left);
}

/**
 * What a month of employment costs: a twelfth of the salary plus employer's costs.
 * @param overheadPpm employer's costs as parts per million of the salary, for example `180_000n` for 18 %.
 */
export function monthlyCost(employee: Employee, overheadPpm: bigint): Micros {
  return divide(employee.salary * (PPM + overheadPpm), 12n * PPM, "half_even");
}

/** All shares ever granted to the employee, vested or not. */
export function grantedShares(employee: Employee): bigint {
  return employee.grants.reduce((total, grant) => total + grant.shares, 0n);
}

/** The employee with one grant more; refuses an id that is taken. */
export function withGrant(employee: Employee, input: GrantInput): Employee {
  if (employee.grants.some((grant) => grant.id === input.id)) {
    throw new EquityError("EMPLOYEE_INVALID", `employee ${employee.id} already has a grant ${input.id}`, {
      grant: input.id,
    });
  }
  return { ...employee, grants: [...employee.grants, createGrant(input)] };
}
