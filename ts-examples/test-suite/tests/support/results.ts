import { appendFileSync } from "node:fs";

/** A line of the results protocol: JSON objects, one a line, in the file named by POLYPHON_RESULTS, else on standard output. */
export type Result =
  | { readonly type: "metric"; readonly name: string; readonly value: number }
  | {
      readonly type: "progress";
      /** 0 to 100. */
      readonly percentage: number;
      readonly message?: string;
      readonly completed?: number;
      readonly remaining?: number;
    }
  | { readonly type: "artifact"; readonly name: string; readonly path: string };

/** Reports one result to whoever runs the tests. */
export function report(result: Result): void {
  const line = `${JSON.stringify(result)}\n`;
  const file = process.env.POLYPHON_RESULTS;
  if (file === undefined || file === "") process.stdout.write(line);
  else appendFileSync(file, line);
}

/** Reports a measured value, rounded to what is worth reading. */
export function metric(name: string, value: number): void {
  report({ type: "metric", name, value: Number(value.toPrecision(4)) });
}
