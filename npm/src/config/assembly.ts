import { PolyphonError } from "../errors/error.ts";
import { validatePlan } from "../tasks/validate.ts";
import { Context } from "./build/context.ts";
import { buildPlan } from "./build/plan.ts";
import { buildPolicies } from "./build/policies.ts";
import { buildAlerts, buildMatrix, buildMonitoring, buildPool, buildRecovery } from "./build/settings.ts";
import { canonicalHash } from "./canonical.ts";
import type { LoadedConfig } from "./config.ts";
import { explain } from "./explain.ts";
import { annotatedSchema } from "./json-schema.ts";
import { applyLayers, type Layers } from "./layers.ts";
import { mergeInto } from "./merge.ts";
import { isTreeMap, Places, type Tree, type TreeMap } from "./places.ts";
import type { ConfigErrorCode, ConfigProblem } from "./problem.ts";
import { Problems } from "./problems.ts";
import { isTaskProgram } from "./program.ts";
import { checkShape } from "./shape.ts";
import type { Place, Source } from "./source.ts";
import { toTree } from "./tree.ts";
import { parseYaml } from "./yaml.ts";

/** A file that another one asks for. */
export interface Include {
  readonly file: string;
  readonly place: Place;
}

/** Puts a configuration together from its texts. */
export class Assembly {
  readonly problems: Problems = new Problems();
  readonly #places = new Places();
  readonly #root: TreeMap = {};
  readonly #sources: Source[] = [];

  /** Adds every document of a text; answers the files it includes. */
  add(source: Source): readonly Include[] {
    this.#sources.push(source);
    this.problems.announce(source);
    const includes: Include[] = [];
    for (const document of parseYaml(source, this.problems)) {
      const tree = toTree(document, source, this.#places, this.problems);
      if (tree === undefined || tree.value === null) continue;
      if (!isTreeMap(tree.value)) {
        this.problems.error("CONFIG_TYPE", tree.place, "a configuration must be a mapping");
        continue;
      }
      includes.push(...this.#includes(tree.value));
      for (const key of Object.keys(tree.value)) if (key === "$schema" || key.startsWith("x-")) delete tree.value[key];
      mergeInto(this.#root, tree.value, this.#places, this.problems);
    }
    return includes;
  }

  /** Checks everything and builds the configuration. Throws a {@link ConfigError} that holds every problem found. */
  finish(layers: Layers): LoadedConfig {
    const [first] = this.#sources;
    if (first === undefined) throw this.problems.toError();
    const at: Place = { source: first, start: 0, path: "" };
    const schema = annotatedSchema();
    const unreadable = this.problems.failed && Object.keys(this.#root).length === 0;
    if (unreadable) throw this.problems.toError();
    applyLayers(this.#root, layers, schema, first.dir, this.#places, this.problems);
    const shaped = checkShape(this.#root, at, this.#places, this.problems);
    const lost = this.problems.has(UNREAD) ? EVERYTHING : shaped.lost;
    const context = new Context({
      config: shaped.config,
      lost,
      root: this.#root,
      at,
      places: this.#places,
      problems: this.problems,
    });
    const sized = buildPool(context);
    const recovery = buildRecovery(context);
    const monitoring = buildMonitoring(context);
    const alerts = buildAlerts(context, sized);
    const matrix = buildMatrix(context);
    const built = buildPlan(context, recovery);
    const types = new Set(built.plan.tasks.flatMap(({ agentType = [] }) => agentType));
    const policies = buildPolicies(context, types);
    const pool = policies === undefined ? sized : { ...sized, policies };
    const name = built.plan.name ?? baseName(first.file);
    const plan = { ...built.plan, name };
    this.#checkPlan(plan, context);
    this.problems.throwIfAny();
    const webhook = context.config.recovery?.human_notification_webhook ?? null;
    const { metricsIntervalMs, healthCheckIntervalMs } = monitoring;
    const derived = {
      "orchestrator.name": name,
      "agent_pool.min_agents": pool.min,
      "agent_pool.max_agents": pool.max,
      "agent_pool.scale_up_threshold": pool.scaleUp,
      "agent_pool.scale_down_threshold": pool.scaleDown,
      "alerts.agent_unresponsive.threshold": alerts.agent_unresponsive.threshold / 1_000,
    };
    return {
      name,
      plan,
      pool,
      recovery,
      matrix,
      monitoring,
      alerts,
      webhook,
      undefinedTemplates: built.undefinedTemplates,
      warnings: this.problems.warnings,
      values: explain(this.#root, schema, derived, this.#places, this.problems),
      files: this.#sources.flatMap((source) => source.absolute ?? []),
      hash: canonicalHash({
        name,
        plan: movable(plan),
        pool,
        recovery,
        matrix,
        alerts,
        webhook,
        metricsIntervalMs,
        healthCheckIntervalMs,
      }),
    };
  }

  #includes(root: TreeMap): readonly Include[] {
    const { include } = root;
    const place = this.#places.get(root, "include");
    delete root.include;
    if (include === undefined || place === undefined) return [];
    const files: Tree[] = Array.isArray(include) ? include : [include];
    return files.flatMap((file, index) => {
      const at = Array.isArray(include) ? (this.#places.get(include, index) ?? place) : place;
      if (typeof file === "string" && file !== "") return [{ file, place: at }];
      this.problems.error("CONFIG_TYPE", at, "expected the path of a file, or a list of such paths");
      return [];
    });
  }

  #checkPlan(plan: LoadedConfig["plan"], context: Context): void {
    try {
      validatePlan(plan);
    } catch (error) {
      if (!(error instanceof PolyphonError)) throw error;
      // A plan that failed already may be wrong for no other reason.
      if (error.code === "PLAN_INVALID" && this.problems.failed) return;
      this.problems.error(
        error.code as ConfigErrorCode,
        context.place(["orchestrator", "task_definitions"]),
        error.message,
        undefined,
        "key",
      );
    }
  }
}

/** Problems behind which a part of the configuration was not read, so that nothing may be called unknown. */
const UNREAD: ReadonlySet<ConfigProblem["code"]> = new Set([
  "CONFIG_ALIAS",
  "CONFIG_ENCODING",
  "CONFIG_FILE_NOT_FOUND",
  "CONFIG_FILE_UNREADABLE",
  "CONFIG_SYNTAX",
  "CONFIG_TAB",
  "CONFIG_TOO_DEEP",
  "CONFIG_TOO_LARGE",
  "CONFIG_TOO_MANY_FILES",
] as const);

const EVERYTHING = { has: (): boolean => true };

/** The plan without the directory it lies in and the order of its classes: a moved folder is the same configuration. */
function movable(plan: LoadedConfig["plan"]): unknown {
  const tasks = plan.tasks.map((task) => {
    if (!isTaskProgram(task.program)) return task;
    const { config_dir: _dir, ...values } = task.program.values;
    return { ...task, program: { ...task.program, values } };
  });
  return { ...plan, tasks: tasks.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

function baseName(file: string): string {
  const last = file.split(/[\\/]/).at(-1) ?? file;
  return last.replace(/\.(?:ya?ml|json)$/i, "") || "configuration";
}
