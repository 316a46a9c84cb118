// A1, models: money, ratios, dates, grants, employees, directory, JSON form.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  addDays,
  addMonths,
  daysBetween,
  daysInMonth,
  isLeapYear,
  monthsBetween,
  parseDate,
  startOfMonth,
} from "../../src/core/calendar.ts";
import { formatMoney, parseMoney, sum } from "../../src/core/money.ts";
import { allocate, divide, larger, scale, share, smaller } from "../../src/core/ratio.ts";
import { employeeFromJson, employeeToJson } from "../../src/employees/codec.ts";
import { Directory } from "../../src/employees/directory.ts";
import {
  createEmployee,
  type EmployeeInput,
  grantedShares,
  isEmployed,
  monthlyCost,
  withGrant,
} from "../../src/employees/employee.ts";
import { createGrant, type GrantInput } from "../../src/employees/grant.ts";
import { refusal, refuses } from "../support/assert.ts";
import { seeded } from "../support/random.ts";

const schedule = { months: 48, cliffMonths: 12, everyMonths: 1 };
const option: GrantInput = {
  id: "g1",
  kind: "option",
  shares: 48_000n,
  strike: parseMoney("0.25"),
  granted: "2024-02-29",
  schedule,
};
const ada: EmployeeInput = {
  id: "ada",
  name: "Ada Byron",
  department: "Engineering",
  hired: "2023-01-31",
  salary: parseMoney("120000"),
  grants: [option],
};

describe("money", () => {
  it("reads units, decimals, signs and grouped thousands exactly", () => {
    assert.equal(parseMoney("2083.33"), 2_083_330_000n);
    assert.equal(parseMoney("-0.000001"), -1n);
    assert.equal(parseMoney("1,234,567.89"), 1_234_567_890_000n);
  });
  for (const text of ["", "1.2345678", "1,23", "12e3", "0x10", "1.", ".5", "NaN"]) {
    it(`refuses ${JSON.stringify(text)}`, () => refuses("MONEY_SYNTAX", () => parseMoney(text)));
  }
  it("keeps amounts beyond the range of doubles", () => {
    assert.equal(formatMoney(parseMoney("9007199254740993.000001"), { decimals: 6 }), "9007199254740993.000001");
  });
  it("rounds half a digit to the even neighbour", () => {
    assert.equal(formatMoney(parseMoney("2.125")), "2.12");
    assert.equal(formatMoney(parseMoney("2.135")), "2.14");
    assert.equal(formatMoney(parseMoney("-2.125")), "-2.12");
  });
  it("prints no decimals and grouped thousands when asked", () => {
    assert.equal(formatMoney(parseMoney("-1234567.5"), { decimals: 0, grouped: true }), "-1,234,568");
  });
  it("refuses decimals it does not have", () => refuses("RATIO_RANGE", () => formatMoney(0n, { decimals: 7 })));
  it("gives back what it printed, for any amount", () => {
    const random = seeded(1);
    for (let run = 0; run < 2_000; run += 1) {
      const amount = random.bigint(-(10n ** 20n), 10n ** 20n);
      assert.equal(parseMoney(formatMoney(amount, { decimals: 6, grouped: run % 2 === 0 })), amount);
    }
  });
  it("adds without loss", () =>
    assert.equal(sum(Array.from({ length: 10 }, () => parseMoney("0.1"))), parseMoney("1")));
});

describe("ratios", () => {
  it("rounds negative numbers as the mode says", () => {
    assert.deepEqual(
      [divide(-7n, 2n, "floor"), divide(-7n, 2n, "ceil"), divide(-7n, 2n, "half_even")],
      [-4n, -3n, -4n],
    );
    assert.equal(divide(7n, -2n, "floor"), -4n);
  });
  it("rounds a half to the even integer", () => {
    assert.deepEqual(
      [1n, 3n, 5n].map((n) => divide(n, 2n, "half_even")),
      [0n, 2n, 2n],
    );
  });
  it("refuses a division by zero", () => refuses("RATIO_RANGE", () => divide(1n, 0n, "floor")));
  it("picks the smaller and the larger integer", () => {
    assert.deepEqual([smaller(1n, 2n), smaller(2n, 1n), larger(1n, 2n), larger(2n, 1n)], [1n, 1n, 2n, 2n]);
  });
  it("scales by parts per million", () => assert.equal(scale(parseMoney("200"), 187_500n), parseMoney("37.5")));
  it("gives the share of nothing as nothing", () => assert.equal(share(5n, 0n), 0n));
  it("splits a total so that the parts add up", () => {
    assert.deepEqual(allocate(100n, [1n, 1n, 1n]), [34n, 33n, 33n]);
  });
  it("splits any total by any weights exactly and within one unit of fair", () => {
    const random = seeded(2);
    for (let run = 0; run < 500; run += 1) {
      const weights = Array.from({ length: 1 + random.int(12) }, () => random.bigint(0n, 1_000n));
      weights.push(1n);
      const total = random.bigint(0n, 10n ** 12n);
      const whole = weights.reduce((a, b) => a + b, 0n);
      const parts = allocate(total, weights);
      assert.equal(sum(parts), total);
      for (const [at, part] of parts.entries()) {
        const fair = (total * (weights[at] as bigint)) / whole;
        assert.ok(part === fair || part === fair + 1n);
      }
    }
  });
  it("refuses to split by negative or only zero weights", () => {
    refuses("RATIO_RANGE", () => allocate(1n, [1n, -1n]));
    refuses("RATIO_RANGE", () => allocate(1n, [0n]));
  });
});

describe("dates", () => {
  it("knows leap years, centuries included", () => {
    assert.deepEqual([2024, 2023, 1900, 2000].map(isLeapYear), [true, false, false, true]);
    assert.equal(daysInMonth(2024, 2), 29);
  });
  for (const text of ["2023-02-29", "2024-13-01", "2024-00-10", "2024-4-1", "1899-12-31", "yesterday"]) {
    it(`refuses ${text}`, () => refuses("DATE_SYNTAX", () => parseDate(text)));
  }
  it("moves the 31st to the last day of shorter months", () => {
    const end = parseDate("2024-01-31");
    assert.deepEqual(
      [1, 2, 3, 13].map((n) => addMonths(end, n)),
      ["2024-02-29", "2024-03-31", "2024-04-30", "2025-02-28"],
    );
  });
  it("returns to the anchor day after a short month", () => {
    assert.equal(addMonths(parseDate("2024-02-29"), 1, 31), "2024-03-31");
  });
  it("goes back over a year's start", () => assert.equal(addMonths(parseDate("2024-01-15"), -13), "2022-12-15"));
  it("refuses to leave its calendar", () => refuses("DATE_SYNTAX", () => addMonths(parseDate("9999-06-01"), 12)));
  it("counts a month complete on its anniversary, also in February", () => {
    const start = parseDate("2023-08-31");
    assert.equal(monthsBetween(start, parseDate("2024-02-28")), 5);
    assert.equal(monthsBetween(start, parseDate("2024-02-29")), 6);
  });
  it("counts no negative months", () =>
    assert.equal(monthsBetween(parseDate("2024-05-01"), parseDate("2024-01-01")), 0));
  it("counts days over a leap day", () =>
    assert.equal(daysBetween(parseDate("2024-02-28"), parseDate("2024-03-01")), 2));
  it("adds days over a year's end", () => assert.equal(addDays(parseDate("2023-12-31"), 60), "2024-02-29"));
  it("finds the first of the month", () => assert.equal(startOfMonth(parseDate("2024-02-29")), "2024-02-01"));
});

describe("grants", () => {
  it("count vesting from the grant unless told otherwise", () => {
    assert.equal(createGrant(option).vestingStart, "2024-02-29");
    assert.equal(createGrant({ ...option, vestingStart: "2023-06-01" }).vestingStart, "2023-06-01");
  });
  it("name every problem at once", () => {
    const error = refusal("GRANT_INVALID", () => createGrant({ ...option, shares: 0n, strike: 0n }));
    assert.deepEqual(error.details.problems, ["shares must be at least 1", "an option needs a strike above 0"]);
  });
  it("refuse a strike on restricted stock units", () =>
    refuses("GRANT_INVALID", () => createGrant({ ...option, kind: "rsu" })));
  it("refuse a schedule whose cliff passes its end", () => {
    refuses("GRANT_INVALID", () =>
      createGrant({ ...option, schedule: { months: 6, cliffMonths: 12, everyMonths: 1 } }),
    );
  });
  it("refuse acceleration of more than everything", () => {
    refuses("GRANT_INVALID", () => createGrant({ ...option, acceleration: { trigger: "single", ppm: 1_000_001n } }));
    refuses("GRANT_INVALID", () =>
      createGrant({ ...option, acceleration: { trigger: "double", ppm: 1n, windowMonths: 0 } }),
    );
  });
  it("refuse an unknown kind and an empty id", () => {
    const error = refusal("GRANT_INVALID", () =>
      createGrant({ ...option, id: " ", kind: "warrant" as "option", strike: -1n }),
    );
    assert.equal((error.details.problems as string[]).length, 3);
  });
});

describe("employees", () => {
  it("are employed from the first day to the last", () => {
    const employee = createEmployee({ ...ada, left: "2024-06-30" });
    const days = ["2023-01-30", "2023-01-31", "2024-06-30", "2024-07-01"].map((day) =>
      isEmployed(employee, parseDate(day)),
    );
    assert.deepEqual(days, [false, true, true, false]);
  });
  it("cost a twelfth of the salary and the overhead a month", () => {
    assert.equal(monthlyCost(createEmployee(ada), 180_000n), parseMoney("11800"));
  });
  it("cost an exact micro-unit where a twelfth has no end", () => {
    assert.equal(monthlyCost(createEmployee({ ...ada, salary: parseMoney("25000") }), 0n), 2_083_333_333n);
  });
  it("name every problem at once", () => {
    const wrong = {
      ...ada,
      id: "a b",
      name: " ",
      department: "",
      salary: -1n,
      left: "2022-01-01",
      grants: [option, option],
    };
    const error = refusal("EMPLOYEE_INVALID", () => createEmployee(wrong));
    assert.equal((error.details.problems as string[]).length, 6);
  });
  it("add up what they were granted", () => {
    const employee = withGrant(createEmployee(ada), { ...option, id: "g2", shares: 2_000n });
    assert.equal(grantedShares(employee), 50_000n);
  });
  it("refuse a second grant of the same id", () =>
    refuses("EMPLOYEE_INVALID", () => withGrant(createEmployee(ada), option)));
});

describe("directory", () => {
  const grace = createEmployee({ ...ada, id: "grace", name: "Grace", department: "Finance", hired: "2024-03-01" });
  it("counts heads by day and department", () => {
    const directory = new Directory([createEmployee(ada), grace]);
    assert.equal(directory.headcount(parseDate("2024-02-29")), 1);
    assert.deepEqual(
      [...directory.departments(parseDate("2024-03-01"))],
      [
        ["Engineering", 1],
        ["Finance", 1],
      ],
    );
  });
  it("pays whoever is employed", () => {
    const directory = new Directory([createEmployee(ada), grace]);
    assert.equal(directory.payroll(parseDate("2024-02-01"), 0n), parseMoney("10000"));
    assert.equal(directory.payroll(parseDate("2024-03-01"), 0n), parseMoney("20000"));
  });
  it("records a last day once, not before the hire", () => {
    const directory = new Directory([createEmployee(ada)]);
    refuses("EMPLOYEE_INVALID", () => directory.terminate("ada", "2022-12-31"));
    assert.equal(directory.terminate("ada", "2024-01-31").left, "2024-01-31");
    refuses("EMPLOYEE_INVALID", () => directory.terminate("ada", "2024-02-01"));
    assert.equal(directory.headcount(parseDate("2024-02-01")), 0);
  });
  it("refuses taken and unknown ids", () => {
    const directory = new Directory([grace]);
    refuses("EMPLOYEE_INVALID", () => directory.add(grace));
    refuses("EMPLOYEE_UNKNOWN", () => directory.get("ada"));
    refuses("EMPLOYEE_UNKNOWN", () => directory.replace(createEmployee(ada)));
  });
  it("replaces a person and keeps the order", () => {
    const directory = new Directory([createEmployee(ada), grace]);
    directory.replace({ ...directory.get("ada"), department: "Board" });
    assert.deepEqual(
      [...directory].map((employee) => employee.department),
      ["Board", "Finance"],
    );
    assert.equal(directory.size, 2);
  });
});

describe("JSON form", () => {
  it("gives back an equal employee", () => {
    const accelerated = {
      ...option,
      id: "g2",
      acceleration: { trigger: "double", ppm: 500_000n, windowMonths: 18 },
    } as const;
    const employee = createEmployee({ ...ada, left: "2024-12-31", grants: [option, accelerated] });
    assert.deepEqual(employeeFromJson(JSON.parse(JSON.stringify(employeeToJson(employee)))), employee);
  });
  it("refuses numbers in place of integer text", () => {
    const json = employeeToJson(createEmployee(ada));
    refuses("RECORD_DAMAGED", () => employeeFromJson({ ...json, salary: 5 as unknown as string }));
    refuses("RECORD_DAMAGED", () => employeeFromJson({ ...json, grants: "none" as unknown as [] }));
  });
  it("checks the rules again on reading", () => {
    const json = employeeToJson(createEmployee(ada));
    refuses("EMPLOYEE_INVALID", () => employeeFromJson({ ...json, name: "" }));
  });
});
