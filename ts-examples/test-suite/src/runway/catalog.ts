import { parseDate } from "../core/calendar.ts";
import { EquityError } from "../core/errors.ts";
import type { EmployeeJson } from "../employees/codec.ts";
import { employeeFromJson, employeeToJson } from "../employees/codec.ts";
import { createEmployee, type EmployeeInput } from "../employees/employee.ts";
import type { ModelStore } from "../storage/model-store.ts";
import type { Scenario } from "./scenarios.ts";

/** A scenario as JSON: integers that may pass 2^53 are decimal text. */
interface ScenarioJson {
  readonly name: string;
  readonly hires?: readonly EmployeeJson[];
  readonly growthPpm?: string;
  readonly costCutPpm?: string;
  readonly raise?: { readonly on: string; readonly amount: string };
  readonly hiringFreezeMonths?: number;
}

function toJson(scenario: Scenario): ScenarioJson {
  const { name, hires, growthPpm, costCutPpm, raise, hiringFreezeMonths } = scenario;
  return {
    name,
    ...(hires === undefined ? {} : { hires: hires.map((hire) => employeeToJson(createEmployee(hire))) }),
    ...(growthPpm === undefined ? {} : { growthPpm: growthPpm.toString() }),
    ...(costCutPpm === undefined ? {} : { costCutPpm: costCutPpm.toString() }),
    ...(raise === undefined ? {} : { raise: { on: raise.on, amount: raise.amount.toString() } }),
    ...(hiringFreezeMonths === undefined ? {} : { hiringFreezeMonths }),
  };
}

function fromJson(json: ScenarioJson): Scenario {
  const { name, hires, growthPpm, costCutPpm, raise, hiringFreezeMonths } = json;
  return {
    name,
    ...(hires === undefined ? {} : { hires: hires.map((hire): EmployeeInput => employeeFromJson(hire)) }),
    ...(growthPpm === undefined ? {} : { growthPpm: BigInt(growthPpm) }),
    ...(costCutPpm === undefined ? {} : { costCutPpm: BigInt(costCutPpm) }),
    ...(raise === undefined ? {} : { raise: { on: parseDate(raise.on), amount: BigInt(raise.amount) } }),
    ...(hiringFreezeMonths === undefined ? {} : { hiringFreezeMonths }),
  };
}

/** Scenarios kept by name in a {@link ModelStore}, every change a version. */
export class ScenarioCatalog {
  readonly #store: ModelStore;

  constructor(store: ModelStore) {
    this.#store = store;
  }

  /** Names in alphabetical order. */
  names(): Promise<string[]> {
    return this.#store.names();
  }

  /** Stores a scenario under its name as the version after `expected` (0 for a new one); throws as `ModelStore.save` does. */
  put(scenario: Scenario, expected: number): Promise<number> {
    return this.#store.save(scenario.name, toJson(scenario), expected);
  }

  /** One version of a scenario, by default the newest. */
  async get(name: string, version?: number): Promise<Scenario> {
    if (version !== undefined) return fromJson(await this.#store.load<ScenarioJson>(name, version));
    return fromJson((await this.#store.latest<ScenarioJson>(name)).value);
  }

  /** A copy under another name, to be changed on its own. */
  async fork(name: string, copy: string): Promise<Scenario> {
    const scenario = { ...(await this.get(name)), name: copy };
    await this.put(scenario, 0);
    return scenario;
  }

  /** Fields that two versions of a scenario give different values, in alphabetical order. */
  async diff(name: string, from: number, to: number): Promise<string[]> {
    const before = { ...(await this.#store.load<ScenarioJson>(name, from)) } as Record<string, unknown>;
    const after = { ...(await this.#store.load<ScenarioJson>(name, to)) } as Record<string, unknown>;
    const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...fields].filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field])).sort();
  }

  /**
   * The newest version of every named scenario, in the order asked for.
   * @throws EquityError `SCENARIO_INVALID` naming all that are missing.
   */
  async select(names: readonly string[]): Promise<Scenario[]> {
    const known = new Set(await this.names());
    const missing = names.filter((name) => !known.has(name));
    if (missing.length > 0) throw new EquityError("SCENARIO_INVALID", `no scenario ${missing.join(", ")}`, { missing });
    return Promise.all(names.map((name) => this.get(name)));
  }
}
