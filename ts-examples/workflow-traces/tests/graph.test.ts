// Reading, scaling and scheduling of traces; no clock, no runtime.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  buildGraph,
  lowerBound,
  remainingPaths,
  scaleToBound,
  TraceError,
  type TraceGraph,
  totalWork,
} from "../src/graph.ts";
import { listSchedule, longestPathFirst, makespan } from "../src/greedy.ts";
import { PRIORITIES, planPriorities } from "../src/priorities.ts";
import { parseWorkflow } from "../src/wfformat.ts";

const OWN = join(import.meta.dirname, "../graphs");
const RECORDED = join(import.meta.dirname, "../../../../shared/data/workflows");

function readGraphs(folder: string): TraceGraph[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.map((file) => parseWorkflow(readFileSync(join(folder, file), "utf8"), file));
}

function graph(tasks: Readonly<Record<string, readonly [duration: number, ...parents: string[]]>>): TraceGraph {
  return buildGraph(
    "test",
    Object.entries(tasks).map(([id, [duration, ...parents]]) => ({ id, duration, parents: new Set(parents) })),
  );
}

/** As much of a workflow instance as the tests change. */
interface Instance {
  schemaVersion: unknown;
  workflow: { specification: { tasks: Record<string, unknown>[] }; execution: { tasks: Record<string, unknown>[] } };
}

/** Checks a schedule against the graph alone: nobody early, nobody on two tasks at once, nobody idle beside a ready task. */
function checkSchedule(any: TraceGraph, workers: number, placements: ReturnType<typeof listSchedule>): void {
  for (const [at, task] of any.tasks.entries()) {
    const own = placements[at];
    assert.ok(own && own.worker >= 0 && own.worker < workers);
    assert.ok(Math.abs(own.end - own.start - task.duration) < 1e-6);
    const ready = Math.max(0, ...task.parents.map((parent) => placements[parent]?.end ?? Number.NaN));
    assert.ok(own.start >= ready - 1e-9, `${task.id} began before its parents ended`);
    const moments = placements
      .flatMap(({ start, end }) => [start, end])
      .filter((t) => t >= ready && t < own.start - 1e-9);
    for (const moment of moments) {
      const busy = placements.filter(({ start, end }) => start <= moment && end > moment);
      assert.ok(busy.length >= workers, `${task.id} waited at ${moment} although a worker was idle`);
    }
  }
  for (const [at, a] of placements.entries()) {
    for (const b of placements.slice(at + 1)) {
      assert.ok(a.worker !== b.worker || a.end <= b.start || b.end <= a.start, "two tasks at once on one worker");
    }
  }
}

const diamond = graph({ a: [2], b: [3, "a"], c: [5, "a"], d: [1, "b", "c"] });

describe("graphs", () => {
  it("put every task after its parents, whatever order they come in", () => {
    const { tasks } = graph({ d: [1, "c"], c: [1, "a"], a: [1] });
    assert.deepEqual(
      tasks.map(({ id }) => id),
      ["a", "c", "d"],
    );
  });
  it("know their longest chains", () => assert.deepEqual(remainingPaths(diamond), [8, 4, 6, 1]));
  it("are bound by the longest chain or by the work, whichever is larger", () => {
    assert.equal(totalWork(diamond), 11);
    assert.deepEqual([lowerBound(diamond, 1), lowerBound(diamond, 2)], [11, 8]);
  });
  it("are scaled so that the bound is what was asked for", () => {
    const scaled = scaleToBound(diamond, 2, 3_000);
    assert.equal(scaled.scale, 375);
    assert.equal(lowerBound(scaled.graph, 2), 3_000);
  });
  it("with a cycle are refused, and the cycle is named", () => {
    assert.throws(() => graph({ x: [1], a: [1, "x", "c"], b: [1, "a"], c: [1, "b"] }), /a → c → b → a/);
  });
  it("with a missing parent or a repeated id are refused", () => {
    assert.throws(() => graph({ a: [1, "b"] }), /waits for b, which is not there/);
    const twice = { id: "a", duration: 1, parents: new Set<string>() };
    assert.throws(() => buildGraph("test", [twice, twice]), TraceError);
  });
  it("without any time cannot be scaled", () =>
    assert.throws(() => scaleToBound(graph({ a: [0] }), 1, 3_000), TraceError));
});

describe("WfFormat", () => {
  const instance = (change: (root: Instance) => void): string => {
    const root = JSON.parse(readFileSync(join(OWN, "quarterly-report.json"), "utf8")) as Instance;
    change(root);
    return JSON.stringify(root);
  };
  const refused = (message: RegExp, change: (root: Instance) => void): void => {
    assert.throws(
      () => parseWorkflow(instance(change), "x.json"),
      (error: Error) => error instanceof TraceError && message.test(error.message),
    );
  };
  it("is read with its tasks, times and edges", () => {
    const [own] = readGraphs(OWN);
    assert.equal(own?.name, "quarterly-report");
    assert.equal(own?.tasks.length, 20);
    const ledger = own?.tasks.find(({ id }) => id === "join_ledger");
    assert.deepEqual([ledger?.duration, ledger?.parents.length], [6, 3]);
  });
  it("takes an edge from either end", () => {
    const whole = parseWorkflow(
      instance(() => {}),
      "x",
    );
    const children = parseWorkflow(
      instance((root) => {
        for (const task of root.workflow.specification.tasks) delete task.parents;
      }),
      "x",
    );
    assert.deepEqual(
      children.tasks.map(({ parents }) => parents.length).sort(),
      whole.tasks.map(({ parents }) => parents.length).sort(),
    );
  });
  it("is refused with the place of what is wrong", () => {
    refused(/x\.json is of version 1\.3, not 1\.5/, (root) => {
      root.schemaVersion = "1.3";
    });
    refused(/workflow is not an object/, (root) => {
      Object.assign(root, { workflow: [] });
    });
    refused(/specification\.tasks is not a list/, (root) => {
      Object.assign(root.workflow.specification, { tasks: {} });
    });
    refused(/tasks\[2\]\.id is not a text/, (root) => {
      Object.assign(root.workflow.specification.tasks[2] ?? {}, { id: 7 });
    });
    refused(/tasks\[1\]: the id fetch_sales is taken/, (root) => {
      Object.assign(root.workflow.specification.tasks[1] ?? {}, { id: "fetch_sales" });
    });
    refused(/tasks\[3\]\.runtimeInSeconds/, (root) => {
      Object.assign(root.workflow.execution.tasks[3] ?? {}, { runtimeInSeconds: -1 });
    });
    refused(/no run time of fetch_sales/, (root) => {
      root.workflow.execution.tasks.shift();
    });
    refused(/has the child nobody, which is not there/, (root) => {
      Object.assign(root.workflow.specification.tasks[0] ?? {}, { children: ["nobody"] });
    });
  });
  it("that is no JSON is refused", () => assert.throws(() => parseWorkflow("{", "x.json"), /x\.json is not JSON/));
});

describe("list scheduling", () => {
  it("starts what is ready as soon as a worker is free", () => {
    const placements = listSchedule(diamond, 2, longestPathFirst(diamond));
    assert.deepEqual(
      placements.map(({ start, end }) => [start, end]),
      [
        [0, 2],
        [2, 5],
        [2, 7],
        [7, 8],
      ],
    );
  });
  it("prefers the longest chain", () => {
    const two = graph({ short: [2], long: [2], tail: [4, "long"] });
    assert.equal(makespan(listSchedule(two, 1, longestPathFirst(two))), 8);
    assert.equal(listSchedule(two, 1, longestPathFirst(two))[1]?.start, 0);
    assert.equal(listSchedule(two, 1, () => 0)[0]?.start, 0);
  });
  it("does every task, also those that take no time", () => {
    const zero = graph({ a: [0], b: [0, "a"], c: [0, "b"], d: [3, "c"] });
    assert.equal(makespan(listSchedule(zero, 1, longestPathFirst(zero))), 3);
  });
  it("has a makespan of nothing for no tasks", () => assert.equal(makespan(listSchedule(graph({}), 2, () => 0)), 0));
  const recorded = ((): TraceGraph[] => {
    try {
      return readGraphs(RECORDED);
    } catch {
      return [];
    }
  })();
  it("is sound on the graph of this folder", () => {
    for (const own of readGraphs(OWN)) {
      for (const workers of [1, 2, 3, 4, 16])
        checkSchedule(own, workers, listSchedule(own, workers, longestPathFirst(own)));
    }
  });
  it("is sound on recorded graphs, and within Graham's bound", {
    skip: recorded.length === 0 && "no recorded graphs beside this checkout",
  }, () => {
    for (const any of recorded) {
      const { graph: scaled } = scaleToBound(any, 4, 3_000);
      const placements = listSchedule(scaled, 4, longestPathFirst(scaled));
      checkSchedule(scaled, 4, placements);
      assert.ok(makespan(placements) >= 3_000 - 1e-6 && makespan(placements) <= 2 * 3_000);
    }
  });
  it("by four priorities comes close to the full order", {
    skip: recorded.length === 0 && "no recorded graphs beside this checkout",
  }, () => {
    for (const any of recorded) {
      const levels = planPriorities(any, 4).map((priority) => -PRIORITIES.indexOf(priority));
      const span = makespan(listSchedule(any, 4, (task) => levels[task] as number));
      assert.ok(span <= 1.02 * makespan(listSchedule(any, 4, longestPathFirst(any))), `${any.name}: ${span}`);
    }
  });
});
