import { join } from "node:path";
import { EquityError } from "../core/errors.ts";
import { createFile, TEMPORARY } from "./atomic-file.ts";
import { diskFiles, type Files, hasCode } from "./files.ts";
import { decodeRecord, encodeRecord } from "./record.ts";

export interface StoreOptions {
  /** Default the machine's disk. */
  readonly files?: Files;
}

export interface Stored<T> {
  readonly version: number;
  readonly value: T;
}

/** Versions the store found unusable and passed over. */
export interface Damage {
  readonly name: string;
  readonly version: number;
  readonly reason: string;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const VERSION = /^(.+)\.v(\d{8})\.rec$/;

function fileName(name: string, version: number): string {
  return `${name}.v${String(version).padStart(8, "0")}.rec`;
}

/**
 * Named JSON values in a folder, every version a file of its own that is never changed. A version exists when its name exists,
 * so a crash leaves the version before or the version after, and of two writers of one version exactly one succeeds: also when
 * they are different processes.
 */
export class ModelStore {
  readonly #folder: string;
  readonly #files: Files;

  private constructor(folder: string, files: Files) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Opens a folder, creating it when missing. Others may be writing to it. */
  static async open(folder: string, options: StoreOptions = {}): Promise<ModelStore> {
    const files = options.files ?? diskFiles;
    await files.mkdir(folder);
    return new ModelStore(folder, files);
  }

  /**
   * Opens a folder after a crash and removes what dead writers left half done. Such files do no harm but take space; since a
   * living writer's look the same, nobody may be writing meanwhile.
   */
  static async recover(folder: string, options: StoreOptions = {}): Promise<ModelStore> {
    const store = await ModelStore.open(folder, options);
    for (const file of await store.#files.list(folder)) {
      if (file.startsWith(".") && file.endsWith(TEMPORARY)) await store.#files.remove(join(folder, file));
    }
    return store;
  }

  /** Names that have a version, in alphabetical order. */
  async names(): Promise<string[]> {
    const names = new Set<string>();
    for (const file of await this.#files.list(this.#folder)) {
      const name = VERSION.exec(file)?.[1];
      if (name !== undefined) names.add(name);
    }
    return [...names].sort();
  }

  /** Versions of a name, the oldest first. */
  async versions(name: string): Promise<number[]> {
    this.#check(name);
    const found: number[] = [];
    for (const file of await this.#files.list(this.#folder)) {
      const match = VERSION.exec(file);
      if (match !== null && match[1] === name) found.push(Number(match[2]));
    }
    return found.sort((a, b) => a - b);
  }

  /**
   * Writes the next version and gives its number.
   * @param expected version the value was made from, 0 for none: another one in between refuses the write.
   * @throws EquityError `STORE_CONFLICT`, `STORE_NAME`.
   */
  async save(name: string, value: unknown, expected: number): Promise<number> {
    this.#check(name);
    const latest = (await this.versions(name)).at(-1) ?? 0;
    if (latest !== expected) throw this.#conflict(name, expected, latest);
    try {
      await createFile(join(this.#folder, fileName(name, expected + 1)), encodeRecord(value), this.#files);
    } catch (error) {
      if (hasCode(error, "EEXIST")) throw this.#conflict(name, expected, expected + 1);
      throw error;
    }
    return expected + 1;
  }

  /**
   * Reads one version.
   * @throws EquityError `STORE_NOT_FOUND`, `RECORD_DAMAGED`.
   */
  async load<T>(name: string, version: number): Promise<T> {
    this.#check(name);
    try {
      return decodeRecord(await this.#files.read(join(this.#folder, fileName(name, version)))) as T;
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
      throw new EquityError("STORE_NOT_FOUND", `${name} has no version ${version}`, { name, version });
    }
  }

  /**
   * Reads the newest version that is whole, passing over damaged ones, which are told to `onDamage`.
   * @throws EquityError `STORE_NOT_FOUND` when there is none.
   */
  async latest<T>(name: string, onDamage?: (damage: Damage) => void): Promise<Stored<T>> {
    for (const version of (await this.versions(name)).reverse()) {
      try {
        return { version, value: await this.load<T>(name, version) };
      } catch (error) {
        if (!(error instanceof EquityError) || error.code !== "RECORD_DAMAGED") throw error;
        onDamage?.({ name, version, reason: error.message });
      }
    }
    throw new EquityError("STORE_NOT_FOUND", `nothing is stored under ${name}`, { name });
  }

  /**
   * Reads, changes and writes, again from the start when somebody else was faster.
   * @param change makes the new value; may run several times. Gets `undefined` when nothing is stored yet.
   * @param tries how often at most. Default 50.
   * @throws EquityError `STORE_CONFLICT` when every try lost.
   */
  async update<T>(name: string, change: (value: T | undefined) => T, tries = 50): Promise<Stored<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const version = (await this.versions(name)).at(-1) ?? 0;
      const value = change(version === 0 ? undefined : await this.load<T>(name, version));
      try {
        return { version: await this.save(name, value, version), value };
      } catch (error) {
        if (!(error instanceof EquityError) || error.code !== "STORE_CONFLICT" || attempt >= tries) throw error;
      }
    }
  }

  /** Removes all but the newest `keep` versions (at least 1) and gives the numbers removed. */
  async prune(name: string, keep: number): Promise<number[]> {
    if (!Number.isInteger(keep) || keep < 1) throw new RangeError("keep must be an integer of at least 1");
    const old = (await this.versions(name)).slice(0, -keep);
    for (const version of old) await this.#files.remove(join(this.#folder, fileName(name, version)));
    if (old.length > 0) await this.#files.syncFolder(this.#folder);
    return old;
  }

  #check(name: string): void {
    if (!NAME.test(name))
      throw new EquityError("STORE_NAME", `"${name}" is not a name: small letters, digits and "-"`, { name });
  }

  #conflict(name: string, expected: number, found: number): EquityError {
    return new EquityError("STORE_CONFLICT", `${name} is at version ${found}, not ${expected}`, {
      name,
      expected,
      found,
    });
  }
}
