import { addDays, parseDate } from "../../src/core/calendar.ts";
import { parseMoney } from "../../src/core/money.ts";
import { CapTable } from "../../src/dilution/cap-table.ts";
import { Directory } from "../../src/employees/directory.ts";
import { createEmployee, type Employee, grantedShares } from "../../src/employees/employee.ts";
import type { BurnModel } from "../../src/runway/burn.ts";
import type { GrowthSource, Scenario } from "../../src/runway/scenarios.ts";
import { type Random, seeded } from "./random.ts";

const DEPARTMENTS = ["Engineering", "Finance", "Operations", "Sales", "Support"];
const SCHEDULES = [
  { months: 48, cliffMonths: 12, everyMonths: 1 },
  { months: 36, cliffMonths: 6, everyMonths: 3 },
  { months: 60, cliffMonths: 0, everyMonths: 1 },
];

/** A company that is the same for the same seed: `headcount` people with one or two grants each. */
export interface Company {
  readonly name: string;
  readonly employees: Directory;
  readonly table: CapTable;
  readonly model: BurnModel;
}

export function makeEmployee(random: Random, id: string): Employee {
  const hired = addDays(parseDate("2019-01-01"), random.int(1_900));
  const grants = Array.from({ length: 1 + random.int(2) }, (_, at) => ({
    id: `${id}-${at + 1}`,
    kind: "option" as const,
    shares: random.bigint(500n, 40_000n),
    strike: random.bigint(50_000n, 4_000_000n),
    granted: hired,
    schedule: random.pick(SCHEDULES),
  }));
  return createEmployee({
    id,
    name: `Person ${id}`,
    department: random.pick(DEPARTMENTS),
    hired,
    ...(random.int(8) === 0 ? { left: addDays(hired, 200 + random.int(900)) } : {}),
    salary: parseMoney(String(45_000 + 500 * random.int(300))),
    grants,
  });
}

export function makeCompany(seed: number, headcount: number): Company {
  const random = seeded(seed);
  const people = Array.from({ length: headcount }, (_, at) => makeEmployee(random, `e${seed}-${at}`));
  const employees = new Directory(people);
  const table = new CapTable([
    { holder: "Founder A", class: "common", shares: 4_000_000n },
    { holder: "Founder B", class: "common", shares: 3_500_000n },
  ])
    .enlargePool(BigInt(headcount) * 90_000n)
    .grantAllFromPool(new Map(people.map((person) => [person.id, grantedShares(person)])));
  const model: BurnModel = {
    cash: parseMoney("250000") * BigInt(headcount),
    start: parseDate("2024-01-01"),
    employees,
    overheadPpm: 180_000n,
    costs: [
      { name: "Rent", monthly: parseMoney("900") * BigInt(headcount) },
      { name: "Cloud", monthly: parseMoney("1500.50") * BigInt(headcount), from: parseDate("2024-03-01") },
    ],
    oneOffs: [{ name: "Tax refund", on: parseDate("2024-06-15"), amount: parseMoney("75000") }],
    revenue: parseMoney("2500") * BigInt(headcount),
    growthPpm: 15_000n,
  };
  return { name: `company-${seed}`, employees, table, model };
}

/** Scenarios that pull the forecast in different directions. */
export function makeScenarios(count: number): Scenario[] {
  return Array.from({ length: count }, (_, at): Scenario => {
    const name = `scenario-${at}`;
    if (at % 4 === 1) return { name, costCutPpm: BigInt(at % 10) * 100_000n };
    if (at % 4 === 2) return { name, growthPpm: BigInt(at - 20) * 1_000n };
    if (at % 4 === 3) return { name, raise: { on: parseDate("2024-09-01"), amount: parseMoney("1000000") } };
    return { name };
  });
}

/** A source of growth figures that answers after a wait, as a service across the network would. */
export class SlowGrowth implements GrowthSource {
  /** Questions open now, and the most that were ever open at once. */
  open = 0;
  widest = 0;
  readonly #waitMs: number;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  async growth(scenario: string, signal: AbortSignal): Promise<bigint> {
    this.open += 1;
    this.widest = Math.max(this.widest, this.open);
    try {
      await wait(this.#waitMs, signal);
      return BigInt(scenario.length) * 1_000n;
    } finally {
      this.open -= 1;
    }
  }
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
