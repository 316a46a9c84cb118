import type { PlainDate } from "../core/calendar.ts";
import { formatMoney, type Micros } from "../core/money.ts";
import { allocate, PPM } from "../core/ratio.ts";
import type { CapTable, ShareClass } from "../dilution/cap-table.ts";
import type { Employee } from "../employees/employee.ts";
import type { Runway } from "../runway/burn.ts";
import type { ScenarioResult } from "../runway/scenarios.ts";
import { holdingsValue } from "../vesting/exercise.ts";
import { vestedShares } from "../vesting/vested.ts";
import type { ReportTable } from "./table.ts";

const CLASSES: readonly ShareClass[] = ["common", "preferred", "option", "pool"];

/** Hundredths of a percent as text: `500000` parts per million are `50.00 %`. */
function percent(hundredths: bigint): string {
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")} %`;
}

/** The cap table by holder, largest first. Percentages are rounded so that the column adds up to 100.00 %. */
export function capTableReport(table: CapTable, title = "Cap table"): ReportTable {
  const holders = [...table.byHolder()]
    .map(([holder, held]) => ({
      holder,
      shares: held.reduce((total, { shares }) => total + shares, 0n),
      classes: CLASSES.filter((name) => held.some((holding) => holding.class === name)).join(", "),
    }))
    .sort((a, b) => (a.shares === b.shares ? (a.holder < b.holder ? -1 : 1) : a.shares > b.shares ? -1 : 1));
  const parts =
    holders.length === 0
      ? []
      : allocate(
          PPM / 100n,
          holders.map(({ shares }) => shares),
        );
  return {
    title,
    columns: [
      { title: "Holder" },
      { title: "Class" },
      { title: "Shares", align: "right" },
      { title: "Fully diluted", align: "right" },
    ],
    rows: holders.map(({ holder, shares, classes }, at) => [
      holder,
      classes,
      shares.toString(),
      percent(parts[at] as bigint),
    ]),
    totals: ["Total", "", table.fullyDiluted.toString(), holders.length === 0 ? percent(0n) : percent(PPM / 100n)],
  };
}

/** What each person's equity is worth on a day, in the order given. */
export function vestingReport(employees: Iterable<Employee>, on: PlainDate, sharePrice: Micros): ReportTable {
  let granted = 0n;
  let vested = 0n;
  let value = 0n;
  const rows: string[][] = [];
  for (const employee of employees) {
    const shares = employee.grants.reduce((total, grant) => total + grant.shares, 0n);
    const own = employee.grants.reduce((total, grant) => total + vestedShares(grant, on, employee.left), 0n);
    const worth = holdingsValue(employee, on, sharePrice);
    rows.push([employee.name, shares.toString(), own.toString(), (shares - own).toString(), formatMoney(worth)]);
    granted += shares;
    vested += own;
    value += worth;
  }
  const right = { align: "right" } as const;
  const titles = ["Granted", "Vested", "Unvested", "Value"];
  return {
    title: `Vesting on ${on}`,
    columns: [{ title: "Employee" }, ...titles.map((title) => ({ title, ...right }))],
    rows,
    totals: ["Total", granted.toString(), vested.toString(), (granted - vested).toString(), formatMoney(value)],
  };
}

/** The forecast month by month. */
export function runwayReport(runway: Runway): ReportTable {
  const right = { align: "right" } as const;
  const money = ["Opening", "Revenue", "Payroll", "Costs", "One-offs", "Closing"];
  return {
    title:
      runway.runsOut === null
        ? `Runway: at least ${runway.fullMonths} months`
        : `Runway: ${runway.fullMonths} months, out of cash in ${runway.runsOut.slice(0, 7)}`,
    columns: [{ title: "Month" }, ...money.map((title) => ({ title, ...right }))],
    rows: runway.months.map((row) => [
      row.month.slice(0, 7),
      ...[row.opening, row.revenue, -row.payroll, -row.costs, row.oneOffs, row.closing].map((amount) =>
        formatMoney(amount),
      ),
    ]),
  };
}

/** Scenarios side by side, in the order given. */
export function scenarioReport(results: readonly ScenarioResult[]): ReportTable {
  return {
    title: "Scenarios",
    columns: [
      { title: "Scenario" },
      { title: "Months", align: "right" },
      { title: "Out of cash" },
      { title: "Peak burn", align: "right" },
      { title: "Closing", align: "right" },
    ],
    rows: results.map(({ name, runway, closing }) => [
      name,
      runway.runsOut === null ? `${runway.fullMonths}+` : String(runway.fullMonths),
      runway.runsOut?.slice(0, 7) ?? "never",
      formatMoney(runway.peakBurn),
      formatMoney(closing),
    ]),
  };
}
