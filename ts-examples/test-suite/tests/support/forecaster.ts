// A worker thread that forecasts one company: gets {seed, headcount, months}, answers with the report as text.
import { parentPort, workerData } from "node:worker_threads";
import { toCsv } from "../../src/reports/csv.ts";
import { runwayReport } from "../../src/reports/views.ts";
import { projectRunway } from "../../src/runway/burn.ts";
import { makeCompany } from "./company.ts";

const { seed, headcount, months } = workerData as { seed: number; headcount: number; months: number };
parentPort?.postMessage(toCsv(runwayReport(projectRunway(makeCompany(seed, headcount).model, months))));
