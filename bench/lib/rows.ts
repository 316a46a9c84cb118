// What every bench prints: rows of subject, metric, value and unit; as a table for people, as JSON for machines.

export interface Row {
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

/** Collects rows and prints them. */
export class Rows {
  readonly #rows: Row[] = [];
  readonly #remarks: string[] = [];
  readonly #json: boolean;

  constructor(json: boolean) {
    this.#json = json;
  }

  add(subject: string, metric: string, value: number, unit: string): void {
    const row = { subject, metric, value: Number(value.toPrecision(4)), unit };
    this.#rows.push(row);
    if (!this.#json)
      console.log(`${subject.padEnd(26)} ${metric.padEnd(34)} ${format(row.value).padStart(12)} ${unit}`);
  }

  /** A remark for people; the JSON that {@link Rows.finish} prints has none. */
  say(text: string): void {
    if (this.#json) this.#remarks.push(text);
    else console.log(text);
  }

  get(subject: string, metric: string): number | undefined {
    return this.#rows.find((row) => row.subject === subject && row.metric === metric)?.value;
  }

  finish(): void {
    if (this.#json) console.log(JSON.stringify({ rows: this.#rows }));
  }

  /** Rows and remarks, for the process that asked for them. */
  hand(): void {
    console.log(JSON.stringify({ rows: this.#rows, remarks: this.#remarks }));
  }
}

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en-US") : String(value);
}
