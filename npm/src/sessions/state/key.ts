import { invalid } from "./errors.ts";
import type { TemporaryOptions, ValueSchema, ValueView, WriteOptions } from "./options.ts";
import type { Values } from "./values.ts";

/** A name whose values fit a schema. What was written otherwise is refused with `VALUE_INVALID` when it is read. */
export class TypedKey<T> {
  readonly #values: Values;
  readonly #name: string;
  readonly #schema: ValueSchema<T>;

  /** Made by `key` of a scope. */
  constructor(values: Values, name: string, schema: ValueSchema<T>) {
    this.#values = values;
    this.#name = name;
    this.#schema = schema;
  }

  async get(): Promise<T | undefined> {
    return (await this.entry())?.value;
  }

  async entry(): Promise<ValueView<T> | undefined> {
    const entry = await this.#values.entry(this.#name);
    return entry === undefined ? undefined : { ...entry, value: await this.#fitting(entry.value) };
  }

  /** As `set` of the scope; what the schema makes of the value is written. */
  async set(value: T, options?: TemporaryOptions): Promise<number> {
    return this.#values.set(this.#name, await this.#fitting(value), options);
  }

  async delete(options?: WriteOptions): Promise<boolean> {
    return this.#values.delete(this.#name, options);
  }

  /** As `update` of the scope. */
  async update(
    change: (value: T | undefined) => T | Promise<T>,
    options?: Omit<TemporaryOptions, "expectedVersion">,
  ): Promise<T> {
    const checked = async (value: unknown): Promise<T> =>
      this.#fitting(await change(value === undefined ? undefined : await this.#fitting(value)));
    return this.#values.update<T>(this.#name, checked, options);
  }

  async #fitting(value: unknown): Promise<T> {
    const result = await this.#schema["~standard"].validate(value);
    if (result.issues === undefined) return result.value;
    const issues = result.issues.map(({ message }) => message).join("; ");
    throw invalid(`${JSON.stringify(this.#name)} does not fit its schema: ${issues}`);
  }
}
