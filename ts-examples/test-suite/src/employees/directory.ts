import { type PlainDate, parseDate } from "../core/calendar.ts";
import { EquityError } from "../core/errors.ts";
import type { Micros } from "../core/money.ts";
import { sum } from "../core/money.ts";
import { type Employee, isEmployed, monthlyCost } from "./employee.ts";

/** The people of a company by id, in the order they were added. */
export class Directory implements Iterable<Employee> {
  readonly #byId = new Map<string, Employee>();

  constructor(employees: Iterable<Employee> = []) {
    for (const employee of employees) this.add(employee);
  }

  /** How many people there are, former ones included. */
  get size(): number {
    return this.#byId.size;
  }

  /** @throws EquityError `EMPLOYEE_INVALID` when the id is taken. */
  add(employee: Employee): void {
    if (this.#byId.has(employee.id)) {
      throw new EquityError("EMPLOYEE_INVALID", `the id ${employee.id} is taken`, { id: employee.id });
    }
    this.#byId.set(employee.id, employee);
  }

  /** @throws EquityError `EMPLOYEE_UNKNOWN`. */
  get(id: string): Employee {
    const employee = this.#byId.get(id);
    if (employee === undefined) throw new EquityError("EMPLOYEE_UNKNOWN", `no employee ${id}`, { id });
    return employee;
  }

  /** Puts a changed employee in the place of the one with the same id. */
  replace(employee: Employee): void {
    this.get(employee.id);
    this.#byId.set(employee.id, employee);
  }

  /**
   * Records the last day of employment.
   * @throws EquityError `EMPLOYEE_INVALID` when the day is before the hire or one is recorded already.
   */
  terminate(id: string, lastDay: string): Employee {
    const employee = this.get(id);
    const left = parseDate(lastDay);
    if (employee.left !== undefined) {
      throw new EquityError("EMPLOYEE_INVALID", `employee ${id} left on ${employee.left}`, { id, left: employee.left });
    }
    if (left < employee.hired)
      throw new EquityError("EMPLOYEE_INVALID", `employee ${id} was hired on ${employee.hired}`, { id });
    const changed = { ...employee, left };
    this.#byId.set(id, changed);
    return changed;
  }

  /** How many are employed on a day. */
  headcount(on: PlainDate): number {
    let count = 0;
    for (const employee of this) if (isEmployed(employee, on)) count += 1;
    return count;
  }

  /** Headcount by department on a day, departments in alphabetical order. */
  departments(on: PlainDate): Map<string, number> {
    const counts = new Map<string, number>();
    for (const employee of this) {
      if (isEmployed(employee, on)) counts.set(employee.department, (counts.get(employee.department) ?? 0) + 1);
    }
    return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Payroll of the month `on` lies in, counting everyone employed on that day; see {@link monthlyCost}. */
  payroll(on: PlainDate, overheadPpm: bigint): Micros {
    const costs: Micros[] = [];
    for (const employee of this) if (isEmployed(employee, on)) costs.push(monthlyCost(employee, overheadPpm));
    return sum(costs);
  }

  [Symbol.iterator](): IterableIterator<Employee> {
    return this.#byId.values();
  }
}
