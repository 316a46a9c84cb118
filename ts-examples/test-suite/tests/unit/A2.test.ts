// A2, calculators: vesting, acceleration, exercise, cap table, SAFEs, rounds, runway, scenarios.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addDays, addMonths, parseDate } from "../../src/core/calendar.ts";
import { parseMoney } from "../../src/core/money.ts";
import { PPM } from "../../src/core/ratio.ts";
import { CapTable, POOL } from "../../src/dilution/cap-table.ts";
import { applyRound, dilutionBy, type PricedRound } from "../../src/dilution/round.ts";
import { convertSafes, type Safe } from "../../src/dilution/safe.ts";
import { Directory } from "../../src/employees/directory.ts";
import { createEmployee } from "../../src/employees/employee.ts";
import { createGrant, type Grant, type GrantInput } from "../../src/employees/grant.ts";
import { type BurnModel, projectRunway } from "../../src/runway/burn.ts";
import { applyScenario, compareScenarios } from "../../src/runway/scenarios.ts";
import { Simulation } from "../../src/runway/simulation.ts";
import { accelerationDate, vestedWithAcceleration } from "../../src/vesting/acceleration.ts";
import { exercisableShares, exerciseCost, holdingsValue, intrinsicValue } from "../../src/vesting/exercise.ts";
import { checkSchedule, earnedMonths, STANDARD_SCHEDULE } from "../../src/vesting/schedule.ts";
import { cliffDate, fullyVestedDate, unvestedShares, vestedShares, vestingEvents } from "../../src/vesting/vested.ts";
import { refusal, refuses } from "../support/assert.ts";
import { seeded } from "../support/random.ts";

const day = parseDate;
const base: GrantInput = {
  id: "g1",
  kind: "option",
  shares: 48_000n,
  strike: parseMoney("0.50"),
  granted: "2024-02-29",
  schedule: STANDARD_SCHEDULE,
};
const grant = (changes: Partial<GrantInput> = {}): Grant => createGrant({ ...base, ...changes });

describe("schedules", () => {
  it("give nothing before the cliff and a year at it", () => {
    assert.deepEqual(
      [0, 11, 12, 13, 48, 60].map((months) => earnedMonths(STANDARD_SCHEDULE, months)),
      [0, 0, 12, 13, 48, 48],
    );
  });
  it("give whole periods only", () => {
    const quarterly = { months: 36, cliffMonths: 6, everyMonths: 3 };
    assert.deepEqual(
      [5, 6, 8, 9, 35].map((months) => earnedMonths(quarterly, months)),
      [0, 6, 6, 9, 33],
    );
  });
  it("are refused with every problem named", () => {
    const error = refusal("SCHEDULE_INVALID", () => checkSchedule({ months: 0, cliffMonths: -1, everyMonths: 0 }));
    assert.equal((error.details.problems as string[]).length, 3);
    refuses("SCHEDULE_INVALID", () => checkSchedule({ months: 48, cliffMonths: 10, everyMonths: 3 }));
    assert.equal(checkSchedule(STANDARD_SCHEDULE), STANDARD_SCHEDULE);
  });
});

describe("vesting", () => {
  it("reaches the cliff of a leap-day grant on 28 February", () => {
    assert.equal(cliffDate(grant()), "2025-02-28");
    assert.equal(vestedShares(grant(), day("2025-02-27")), 0n);
    assert.equal(vestedShares(grant(), day("2025-02-28")), 12_000n);
  });
  it("ends a leap-day grant on the next leap day", () => {
    assert.equal(fullyVestedDate(grant()), "2028-02-29");
    assert.equal(vestedShares(grant(), day("2028-02-28")), 47_000n);
    assert.equal(vestedShares(grant(), day("2028-02-29")), 48_000n);
  });
  it("never vests a part of a share and loses none", () => {
    const events = vestingEvents(grant({ shares: 100_001n }));
    assert.equal(
      events.reduce((total, event) => total + event.shares, 0n),
      100_001n,
    );
    assert.equal(events[0]?.shares, 25_000n);
  });
  it("leaves out months that round to no share", () => {
    const events = vestingEvents(grant({ shares: 3n }));
    assert.deepEqual(
      events.map((event) => event.cumulative),
      [1n, 2n, 3n],
    );
    assert.ok(events.every((event) => event.shares > 0n));
  });
  it("stops on the last day of employment", () => {
    const lastDay = day("2025-06-30");
    assert.equal(vestedShares(grant(), day("2027-01-01"), lastDay), vestedShares(grant(), lastDay));
    assert.equal(unvestedShares(grant(), day("2027-01-01"), lastDay), 32_000n);
  });
  it("vests everything in one step when one period is the whole schedule", () => {
    const once = grant({ schedule: { months: 12, cliffMonths: 12, everyMonths: 12 } });
    assert.deepEqual(
      vestingEvents(once).map(({ date, shares }) => [date, shares]),
      [["2025-02-28", 48_000n]],
    );
  });
  it("agrees between events and the amount on any day, for any grant", () => {
    const random = seeded(3);
    for (let run = 0; run < 60; run += 1) {
      const every = random.pick([1, 2, 3, 6]);
      const months = every * (1 + random.int(20));
      const any = grant({
        shares: random.bigint(1n, 5_000n),
        granted: addDays(day("2020-01-01"), random.int(1_500)),
        schedule: { months, everyMonths: every, cliffMonths: every * random.int(months / every + 1) },
      });
      const events = vestingEvents(any);
      for (let probe = 0; probe < 40; probe += 1) {
        const on = addDays(any.vestingStart, random.int(31 * months + 40));
        const expected = events.findLast((event) => event.date <= on)?.cumulative ?? 0n;
        assert.equal(vestedShares(any, on), expected, `${any.granted} ${JSON.stringify(any.schedule)} on ${on}`);
      }
      assert.equal(events.at(-1)?.cumulative, any.shares);
    }
  });
});

describe("acceleration", () => {
  const sale = day("2026-02-28");
  const single = grant({ acceleration: { trigger: "single", ppm: 500_000n } });
  const double = grant({ acceleration: { trigger: "double", ppm: PPM } });
  it("does nothing without a change of control", () => {
    assert.equal(vestedWithAcceleration(single, sale, {}), 24_000n);
    assert.equal(accelerationDate(grant(), { changeOfControl: sale }), undefined);
  });
  it("by one trigger vests its part on the day of the sale and goes on", () => {
    assert.equal(vestedWithAcceleration(single, addDays(sale, -1), { changeOfControl: sale }), 23_000n);
    assert.equal(vestedWithAcceleration(single, sale, { changeOfControl: sale }), 36_000n);
    assert.equal(vestedWithAcceleration(single, day("2026-08-29"), { changeOfControl: sale }), 42_000n);
  });
  it("never passes the grant", () => {
    assert.equal(vestedWithAcceleration(single, day("2028-02-29"), { changeOfControl: sale }), 48_000n);
  });
  it("by one trigger passes over who left before the sale", () => {
    assert.equal(accelerationDate(single, { changeOfControl: sale, lastDay: addDays(sale, -1) }), undefined);
  });
  it("by two triggers needs both, the second within its window", () => {
    const lastDay = addMonths(sale, 12);
    assert.equal(accelerationDate(double, { changeOfControl: sale }), undefined);
    assert.equal(accelerationDate(double, { changeOfControl: sale, lastDay: addDays(sale, -1) }), undefined);
    assert.equal(accelerationDate(double, { changeOfControl: sale, lastDay: addDays(lastDay, 1) }), undefined);
    assert.equal(vestedWithAcceleration(double, lastDay, { changeOfControl: sale, lastDay }), 48_000n);
  });
});

describe("exercise", () => {
  it("is open for ninety days after the last day", () => {
    const lastDay = day("2025-06-30");
    assert.equal(exercisableShares(grant(), addDays(lastDay, 90), lastDay), 16_000n);
    assert.equal(exercisableShares(grant(), addDays(lastDay, 91), lastDay), 0n);
  });
  it("is not open before the grant, nor for other kinds", () => {
    assert.equal(exercisableShares(grant({ vestingStart: "2020-01-01" }), day("2024-02-28")), 0n);
    assert.equal(exercisableShares(grant({ kind: "rsu", strike: 0n }), day("2026-01-01")), 0n);
  });
  it("costs the strike of every share", () => assert.equal(exerciseCost(grant(), 12_000n), parseMoney("6000")));
  it("values options above their strike and nothing under water", () => {
    assert.equal(intrinsicValue(grant(), day("2025-02-28"), parseMoney("2.50")), parseMoney("24000"));
    assert.equal(intrinsicValue(grant(), day("2025-02-28"), parseMoney("0.50")), 0n);
  });
  it("adds up the holdings of a person who left", () => {
    const person = createEmployee({
      id: "p",
      name: "P",
      department: "D",
      hired: "2024-01-01",
      left: "2025-02-28",
      salary: 0n,
      grants: [base, { ...base, id: "g2", kind: "rsu", strike: 0n, shares: 4_800n }],
    });
    assert.equal(holdingsValue(person, day("2026-01-01"), parseMoney("1")), parseMoney("1200"));
  });
});

describe("cap table", () => {
  const table = new CapTable([
    { holder: "A", class: "common", shares: 6_000_000n },
    { holder: "B", class: "common", shares: 2_000_000n },
  ]).enlargePool(2_000_000n);
  it("tells issued from fully diluted", () => {
    assert.deepEqual([table.issued, table.pool, table.fullyDiluted], [8_000_000n, 2_000_000n, 10_000_000n]);
    assert.equal(table.ownership("A"), 600_000n);
  });
  it("grants from the pool without diluting anyone", () => {
    const after = table.grantFromPool("C", 500_000n);
    assert.deepEqual([after.pool, after.sharesOf("C"), after.fullyDiluted], [1_500_000n, 500_000n, 10_000_000n]);
    assert.equal(table.sharesOf("C"), 0n);
  });
  it("grants to many at once as it does one by one", () => {
    const earlier = table.grantFromPool("C", 1_000n).issue("A", "option", 5n);
    const grants = new Map([
      ["A", 10n],
      ["C", 20n],
      ["D", 30n],
    ]);
    let single = earlier;
    for (const [holder, shares] of grants) single = single.grantFromPool(holder, shares);
    assert.deepEqual(earlier.grantAllFromPool(grants).byHolder(), single.byHolder());
    assert.deepEqual(earlier.grantAllFromPool(new Map()), earlier);
    refuses("POOL_EXHAUSTED", () =>
      table.grantAllFromPool(
        new Map([
          ["C", 1n],
          ["D", 2_000_000n],
        ]),
      ),
    );
  });
  it("refuses to grant more than the pool", () =>
    refuses("POOL_EXHAUSTED", () => table.grantFromPool("C", 2_000_001n)));
  it("turns options into shares on exercise", () => {
    const after = table.grantFromPool("C", 500_000n).exercise("C", 200_000n);
    assert.equal(after.issued, 8_200_000n);
    refuses("CAP_TABLE_INVALID", () => after.exercise("C", 300_001n));
  });
  it("refuses nameless and negative holdings", () => {
    refuses("CAP_TABLE_INVALID", () => new CapTable([{ holder: " ", class: "common", shares: 1n }]));
    refuses("CAP_TABLE_INVALID", () => table.issue("A", "common", -1n));
  });
});

describe("SAFEs", () => {
  const safe: Safe = { investor: "S", amount: parseMoney("500000"), cap: parseMoney("5000000") };
  it("with a post-money cap own their part of the capitalization with them in it", () => {
    const [conversion] = convertSafes([safe], 9_000_000n, parseMoney("100"));
    assert.deepEqual(conversion, { investor: "S", shares: 999_999n, by: "cap" });
  });
  it("with a pre-money cap own their part of the shares before them", () => {
    const [conversion] = convertSafes([{ ...safe, basis: "pre" }], 9_000_000n, parseMoney("100"));
    assert.equal(conversion?.shares, 900_000n);
  });
  it("take the discount where it gives more", () => {
    const [conversion] = convertSafes([{ ...safe, discountPpm: 200_000n }], 9_000_000n, parseMoney("0.10"));
    assert.deepEqual(conversion, { investor: "S", shares: 6_250_000n, by: "discount" });
  });
  it("that together ask for the whole company have no conversion", () => {
    const greedy = { ...safe, amount: parseMoney("2600000") };
    refuses("ROUND_NOT_CONVERGED", () =>
      convertSafes([greedy, { ...greedy, investor: "T" }], 9_000_000n, parseMoney("100")),
    );
  });
  it("are refused with terms that cannot convert", () => {
    for (const wrong of [{ amount: 0n }, { cap: 0n }, { discountPpm: PPM }, { amount: parseMoney("5000000") }]) {
      refuses("ROUND_INVALID", () => convertSafes([{ ...safe, ...wrong }], 1n, 1n));
    }
  });
});

describe("priced rounds", () => {
  const founders = new CapTable([{ holder: "F", class: "common", shares: 8_000_000n }]).enlargePool(1_000_000n);
  const round: PricedRound = {
    name: "Series A",
    preMoney: parseMoney("9000000"),
    investments: [{ investor: "V", amount: parseMoney("3000000") }],
  };
  it("price a share at pre-money over fully diluted shares", () => {
    const { table, price, newShares, postMoney } = applyRound(founders, round);
    assert.deepEqual([price, newShares], [parseMoney("1"), 3_000_000n]);
    assert.equal(table.ownership("V"), 250_000n);
    assert.equal(postMoney, parseMoney("12000000"));
  });
  it("top the pool up at the cost of earlier holders only", () => {
    const result = applyRound(founders, { ...round, poolTargetPpm: 150_000n });
    assert.ok(result.poolIncrease > 0n);
    assert.equal(result.table.ownership(POOL), 150_000n);
    assert.equal(result.table.ownership("V"), 250_000n);
    assert.equal(result.table.ownership("F"), 600_000n);
  });
  it("leave a pool that is large enough as it is", () => {
    assert.equal(applyRound(founders, { ...round, poolTargetPpm: 10_000n }).poolIncrease, 0n);
  });
  it("convert SAFEs inside the pre-money valuation", () => {
    const safes: Safe[] = [
      { investor: "S1", amount: parseMoney("450000"), cap: parseMoney("4500000") },
      { investor: "S2", amount: parseMoney("300000"), discountPpm: 250_000n },
    ];
    const { table, price, conversions } = applyRound(founders, { ...round, safes });
    assert.deepEqual(
      conversions.map(({ by }) => by),
      ["cap", "discount"],
    );
    assert.ok(price < parseMoney("1"));
    assert.equal(table.ownership("V"), 250_000n);
    const effective = (parseMoney("300000") * PPM) / table.sharesOf("S2") / price;
    assert.ok(effective >= 749_998n && effective <= 750_002n, `paid ${effective} ppm of the price`);
  });
  it("give back money too small for a share", () => {
    const odd = {
      ...round,
      preMoney: parseMoney("63000000"),
      investments: [{ investor: "V", amount: parseMoney("10") }],
    };
    const { price, newShares, unspent } = applyRound(founders, odd);
    assert.deepEqual([price, newShares, unspent.get("V")], [parseMoney("7"), 1n, parseMoney("3")]);
  });
  it("tell who was diluted by how much", () => {
    const { table } = applyRound(founders, round);
    assert.deepEqual(
      dilutionBy(founders, table),
      new Map([
        ["F", 222_222n],
        [POOL, 27_778n],
      ]),
    );
  });
  it("are refused when they leave nothing to earlier holders", () => {
    refuses("ROUND_INVALID", () => applyRound(founders, { ...round, poolTargetPpm: 750_000n }));
    refuses("ROUND_INVALID", () => applyRound(new CapTable(), { ...round, preMoney: 0n, investments: [] }));
    refuses("ROUND_INVALID", () =>
      applyRound(founders, { ...round, investments: [{ investor: "V", amount: 0n }], poolTargetPpm: -1n }),
    );
  });
  it("are refused when no price of at least one micro-unit exists", () => {
    refuses("ROUND_NOT_CONVERGED", () => applyRound(founders, { ...round, preMoney: 1n }));
  });
  it("keep the investors' part and every share accounted for, for any terms", () => {
    const random = seeded(4);
    for (let run = 0; run < 200; run += 1) {
      const amount = random.bigint(parseMoney("100000"), parseMoney("5000000"));
      const preMoney = random.bigint(parseMoney("8000000"), parseMoney("40000000"));
      const safes = Array.from(
        { length: random.int(4) },
        (_, at): Safe => ({
          investor: `S${at}`,
          amount: random.bigint(parseMoney("50000"), parseMoney("400000")),
          cap: random.bigint(parseMoney("4000000"), parseMoney("12000000")),
          basis: random.pick(["pre", "post"] as const),
          discountPpm: random.bigint(0n, 300_000n),
        }),
      );
      const terms = {
        name: "R",
        preMoney,
        investments: [{ investor: "V", amount }],
        poolTargetPpm: random.bigint(0n, 150_000n),
        safes,
      };
      const { table, newShares, conversions, poolIncrease } = applyRound(founders, terms);
      const added = newShares + poolIncrease + conversions.reduce((total, { shares }) => total + shares, 0n);
      assert.equal(table.fullyDiluted, founders.fullyDiluted + added);
      const fair = (amount * PPM) / (preMoney + amount);
      const own = table.ownership("V");
      assert.ok(own >= fair - 3n && own <= fair + 3n, `${own} instead of ${fair}`);
      assert.ok(table.ownership(POOL) >= terms.poolTargetPpm - 1n);
    }
  });
});

describe("runway", () => {
  const model: BurnModel = {
    cash: parseMoney("100000"),
    start: day("2024-01-15"),
    employees: new Directory([
      createEmployee({
        id: "a",
        name: "A",
        department: "D",
        hired: "2023-01-01",
        left: "2024-03-31",
        salary: parseMoney("120000"),
      }),
    ]),
    overheadPpm: 0n,
    costs: [{ name: "Rent", monthly: parseMoney("20000"), from: day("2024-02-01"), until: day("2024-06-30") }],
    oneOffs: [{ name: "Grant", on: day("2024-05-20"), amount: parseMoney("5000") }],
    revenue: parseMoney("1000"),
    growthPpm: 100_000n,
  };
  it("adds up month by month", () => {
    const { months } = projectRunway(model, 3);
    assert.deepEqual(
      months.map(({ month, closing }) => [month, closing]),
      [
        ["2024-01-01", parseMoney("91000")],
        ["2024-02-01", parseMoney("62100")],
        ["2024-03-01", parseMoney("33310")],
      ],
    );
  });
  it("ends in the first month below zero", () => {
    const { runsOut, fullMonths, peakBurn } = projectRunway({ ...model, cash: parseMoney("60000") }, 12);
    assert.deepEqual([runsOut, fullMonths, peakBurn], ["2024-03-01", 2, parseMoney("28900")]);
  });
  it("begins and ends costs and books one-offs in their months", () => {
    const { months } = projectRunway(model, 7);
    assert.deepEqual(
      months.map(({ costs }) => costs > 0n),
      [false, true, true, true, true, true, false],
    );
    assert.equal(months[4]?.oneOffs, parseMoney("5000"));
  });
  it("lasts when nothing is lost", () => {
    const { runsOut, fullMonths, peakBurn } = projectRunway({ ...model, employees: new Directory(), costs: [] }, 24);
    assert.deepEqual([runsOut, fullMonths, peakBurn], [null, 24, 0n]);
  });
  it("opens every month with the closing of the month before", () => {
    const { months } = projectRunway(model, 60);
    for (let at = 1; at < months.length; at += 1) assert.equal(months[at]?.opening, months[at - 1]?.closing);
  });
  it("refuses a forecast of no or endless length", () => {
    assert.throws(() => projectRunway(model, 0), RangeError);
    assert.throws(() => projectRunway(model, 601), RangeError);
  });
  it("changes with a scenario and leaves the model alone", () => {
    const hire = { id: "b", name: "B", department: "D", hired: "2024-02-01", salary: parseMoney("60000") };
    const changed = applyScenario(model, { name: "grow", hires: [hire], hiringFreezeMonths: 2, costCutPpm: 500_000n });
    assert.equal(changed.employees.get("b").hired, "2024-04-01");
    assert.equal(changed.costs[0]?.monthly, parseMoney("10000"));
    assert.equal(model.employees.size, 1);
  });
  it("ranks scenarios by length, then cash, then name", () => {
    const raise = { on: day("2024-02-01"), amount: parseMoney("500000") };
    const names = compareScenarios(model, [{ name: "b" }, { name: "a" }, { name: "raise", raise }], 12).map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ["raise", "a", "b"]);
  });
  it("refuses scenarios that make no sense", () => {
    const raise = { on: day("2024-02-01"), amount: 0n };
    const error = refusal("SCENARIO_INVALID", () =>
      applyScenario(model, { name: "x", raise, costCutPpm: -1n, hiringFreezeMonths: 0.5 }),
    );
    assert.equal((error.details.problems as string[]).length, 3);
  });
});

describe("simulation", () => {
  const flat = {
    month: day("2024-01-01"),
    opening: parseMoney("1000"),
    revenue: parseMoney("100"),
    payroll: parseMoney("150"),
    costs: parseMoney("50"),
    oneOffs: 0n,
    closing: parseMoney("900"),
  };
  const forecast = { months: Array.from({ length: 15 }, () => flat), runsOut: null, fullMonths: 15, peakBurn: 0n };
  const simulate = (changes: object = {}): Simulation =>
    new Simulation(forecast, { runs: 4_000, deviation: 0.2, seed: 9, ...changes });
  it("is the forecast where nothing is uncertain", () => {
    const certain = simulate({ deviation: 0, runs: 3 });
    assert.deepEqual(certain.path(1).slice(0, 3), [900, 800, 700]);
    assert.deepEqual([certain.outlook(9).ranOut, certain.outlook(10).ranOut], [0, 1]);
  });
  it("has the forecast in its middle and spreads over time", () => {
    const [early, late] = [simulate().outlook(0), simulate().outlook(8)];
    assert.ok(Math.abs(early.p50 - 900) < 5, `${early.p50}`);
    assert.ok(Math.abs(late.p50 - 100) < 12, `${late.p50}`);
    assert.ok(late.p90 - late.p10 > 2 * (early.p90 - early.p10));
  });
  it("spreads by the deviation it was given", () => {
    // One month: revenue and costs deviate independently by 20 and 40, together by about 44.7; the 10th to 90th percentile are 2.56 deviations.
    const { p10, p90 } = simulate({ runs: 40_000 }).outlook(0);
    assert.ok(Math.abs((p90 - p10) / 2.563 - 44.72) < 1.5, `${(p90 - p10) / 2.563}`);
  });
  it("never un-spends: a run that ran out stays counted", () => {
    const simulation = simulate();
    const ranOut = Array.from({ length: simulation.months }, (_, at) => simulation.outlook(at).ranOut);
    assert.deepEqual(
      ranOut,
      ranOut.toSorted((a, b) => a - b),
    );
    assert.ok((ranOut.at(-1) as number) > 0.99);
  });
  it("is the same for the same seed and another for another", () => {
    assert.deepEqual(simulate().path(7), simulate().path(7));
    assert.notDeepEqual(simulate().path(7), simulate({ seed: 10 }).path(7));
  });
  it("refuses what it cannot play", () => {
    assert.throws(() => simulate({ runs: 0 }), RangeError);
    assert.throws(() => simulate({ deviation: 1 }), RangeError);
    assert.throws(() => simulate().outlook(15), RangeError);
  });
});
