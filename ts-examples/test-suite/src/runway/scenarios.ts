import { mapConcurrent } from "../concurrency/map-concurrent.ts";
import { addMonths, type PlainDate } from "../core/calendar.ts";
import { EquityError } from "../core/errors.ts";
import type { Micros } from "../core/money.ts";
import { PPM, scale } from "../core/ratio.ts";
import { Directory } from "../employees/directory.ts";
import { createEmployee, type EmployeeInput } from "../employees/employee.ts";
import { type BurnModel, projectRunway, type Runway } from "./burn.ts";

/** One "what if": every field is a change to the model, all are optional. */
export interface Scenario {
  readonly name: string;
  readonly hires?: readonly EmployeeInput[];
  /** Replaces the model's growth. */
  readonly growthPpm?: bigint;
  /** Cuts every recurring cost by this part, 0 to 1,000,000. */
  readonly costCutPpm?: bigint;
  /** Money raised on a day. */
  readonly raise?: { readonly on: PlainDate; readonly amount: Micros };
  /** Nobody is hired for this many months: hires of the scenario start later. Default 0. */
  readonly hiringFreezeMonths?: number;
}

export interface ScenarioResult {
  readonly name: string;
  readonly runway: Runway;
  /** Cash at the end of the forecast. */
  readonly closing: Micros;
}

/**
 * The model with a scenario's changes; the model itself stays as it is.
 * @throws EquityError `SCENARIO_INVALID`, and what creating the hires throws.
 */
export function applyScenario(model: BurnModel, scenario: Scenario): BurnModel {
  const cut = scenario.costCutPpm ?? 0n;
  const freeze = scenario.hiringFreezeMonths ?? 0;
  const problems: string[] = [];
  if (cut < 0n || cut > PPM) problems.push("costCutPpm must be from 0 to 1,000,000");
  if (!Number.isInteger(freeze) || freeze < 0) problems.push("hiringFreezeMonths must be an integer of at least 0");
  if (scenario.raise !== undefined && scenario.raise.amount <= 0n) problems.push("a raise must be above 0");
  if (problems.length > 0)
    throw new EquityError("SCENARIO_INVALID", `${scenario.name}: ${problems.join("; ")}`, { problems });

  const employees = new Directory(model.employees);
  for (const input of scenario.hires ?? []) {
    const hire = createEmployee(input);
    employees.add({ ...hire, hired: addMonths(hire.hired, freeze) });
  }
  const raise = scenario.raise === undefined ? [] : [{ name: `raise (${scenario.name})`, ...scenario.raise }];
  return {
    ...model,
    employees,
    growthPpm: scenario.growthPpm ?? model.growthPpm,
    costs: model.costs.map((cost) => ({ ...cost, monthly: cost.monthly - scale(cost.monthly, cut) })),
    oneOffs: [...model.oneOffs, ...raise],
  };
}

/** One scenario, forecast over `months`. */
export function evaluateScenario(model: BurnModel, scenario: Scenario, months: number): ScenarioResult {
  const runway = projectRunway(applyScenario(model, scenario), months);
  return { name: scenario.name, runway, closing: runway.months.at(-1)?.closing ?? model.cash };
}

/** All scenarios, the longest runway first; among equals the one with more cash, then by name. */
export function compareScenarios(model: BurnModel, scenarios: readonly Scenario[], months: number): ScenarioResult[] {
  return rank(scenarios.map((scenario) => evaluateScenario(model, scenario, months)));
}

/** Where growth forecasts come from, for example a service that takes its time. */
export interface GrowthSource {
  /** Monthly growth in parts per million to assume for a scenario. */
  growth(scenario: string, signal: AbortSignal): Promise<bigint>;
}

/**
 * {@link compareScenarios} with the growth of each scenario asked from `source`, at most `concurrency` questions open at once.
 * Rejects with the first failure, ending the questions still open; `signal` ends them too.
 */
export async function compareScenariosWith(
  model: BurnModel,
  scenarios: readonly Scenario[],
  months: number,
  source: GrowthSource,
  options: { readonly concurrency?: number; readonly signal?: AbortSignal } = {},
): Promise<ScenarioResult[]> {
  const results = await mapConcurrent(
    scenarios,
    async (scenario, signal) => {
      const growthPpm = await source.growth(scenario.name, signal);
      return evaluateScenario(model, { ...scenario, growthPpm }, months);
    },
    options,
  );
  return rank(results);
}

function rank(results: readonly ScenarioResult[]): ScenarioResult[] {
  return results.toSorted((a, b) => {
    if (a.runway.fullMonths !== b.runway.fullMonths) return b.runway.fullMonths - a.runway.fullMonths;
    if (a.closing !== b.closing) return a.closing > b.closing ? -1 : 1;
    return a.name < b.name ? -1 : 1;
  });
}
