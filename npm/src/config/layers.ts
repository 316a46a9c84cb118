import type { JsonSchema } from "./json-schema.ts";
import { isTreeMap, type Places, type Tree, type TreeMap } from "./places.ts";
import type { Problems } from "./problems.ts";
import { type Setting, settingsOf, twinOf } from "./settings.ts";
import type { Place, Source } from "./source.ts";
import { didYouMean } from "./suggest.ts";
import { toTree } from "./tree.ts";
import { parseYaml } from "./yaml.ts";

/** Settings given outside the files, each kind stronger than the one before. Keys are paths such as `recovery.max_retries`. */
export interface Layers {
  /** Set by code. */
  readonly options?: Readonly<Record<string, boolean | number | string>>;
  /** The environment; variables such as `POLYPHON_RECOVERY_MAX_RETRIES` are read, all others left alone. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Set on the command line, as text. */
  readonly commandLine?: Readonly<Record<string, string>>;
}

/** Writes the settings of all layers over those of the files. */
export function applyLayers(
  root: TreeMap,
  layers: Layers,
  schema: JsonSchema,
  dir: string,
  places: Places,
  problems: Problems,
): void {
  const settings = settingsOf(schema);
  const layer = (values: readonly Given[]): void => apply(root, values, places);
  const read = (path: string, text: string, kind: Source["kind"], file: string): Given[] => {
    const source: Source = { file, dir, text, kind };
    if (!settings.some((setting) => setting.path === path)) {
      const hint = didYouMean(
        path,
        settings.map((setting) => setting.path),
      );
      problems.error("CONFIG_UNKNOWN_KEY", { source, start: 0, path }, `there is no setting "${path}"`, hint);
      return [];
    }
    const value = readScalar(source, path, places, problems);
    return value === undefined ? [] : [{ path, value, place: { source, start: 0, path } }];
  };
  layer(
    Object.entries(layers.options ?? {}).flatMap(([path, value]) =>
      read(path, JSON.stringify(value), "option", `option ${path}`),
    ),
  );
  layer(
    variables(settings, layers.env ?? {}).flatMap(([setting, text]) =>
      read(setting.path, text, "environment", `$${setting.variable}`),
    ),
  );
  layer(
    Object.entries(layers.commandLine ?? {}).flatMap(([path, text]) =>
      read(path, text, "command line", `--set ${path}`),
    ),
  );
}

interface Given {
  readonly path: string;
  readonly value: Tree;
  readonly place: Place;
}

function variables(
  settings: readonly Setting[],
  env: Readonly<Record<string, string | undefined>>,
): [Setting, string][] {
  return settings.flatMap((setting): [Setting, string][] => {
    const text = env[setting.variable];
    return text === undefined || text === "" ? [] : [[setting, text]];
  });
}

function readScalar(source: Source, _path: string, places: Places, problems: Problems): Tree | undefined {
  const [document, ...more] = parseYaml(source, problems);
  if (document === undefined || more.length > 0) return undefined;
  const value = toTree(document, source, places, problems)?.value;
  return typeof value === "object" || value === undefined ? source.text : value;
}

/** A stronger layer replaces what a weaker one says, in either spelling; inside one layer two spellings must agree. */
function apply(root: TreeMap, given: readonly Given[], places: Places): void {
  for (const { path } of given)
    for (const key of [path, twinOf(path)]) if (key !== undefined) remove(root, key.split("."));
  for (const { path, value, place } of given) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    let map = root;
    for (const key of keys) {
      const below = map[key];
      const next: TreeMap = isTreeMap(below) ? below : {};
      if (next !== below) {
        map[key] = next;
        places.set(map, key, place);
      }
      map = next;
    }
    map[last] = value;
    places.set(map, last, place);
  }
}

function remove(root: TreeMap, keys: readonly string[]): void {
  let map: Tree | undefined = root;
  for (const key of keys.slice(0, -1)) map = isTreeMap(map) ? map[key] : undefined;
  const last = keys.at(-1);
  if (isTreeMap(map) && last !== undefined) delete map[last];
}
