import type { TapDiagnostic } from "./tap-diagnostic.ts";
import { type FailedTest, failedTest, MAX_FAILURES } from "./test-report.ts";

export interface TapPoint {
  /** 0 for the top level. */
  readonly depth: number;
  readonly ok: boolean;
  readonly name: string;
  /** Marked as skipped or to do. */
  readonly excused: boolean;
}

interface Failure {
  path: string[];
  diagnostic: TapDiagnostic | undefined;
}

/** What one level of indentation gathered since its parent's last test point. */
interface Level {
  points: number;
  failed: number;
  failures: Failure[];
}

/**
 * Counts test points so that each test counts once: a point with subtests stands for them and counts itself only when
 * it failed though none of them did (a hook, an error after the last subtest).
 */
export class TapTally {
  topLevel = 0;
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #kept = 0;
  readonly #levels: Level[] = [];
  #last: { readonly failure: Failure | undefined; readonly countedAsPassed: boolean } | undefined;

  point(point: TapPoint): void {
    const children = this.#takeBelow(point.depth);
    const level = this.#level(point.depth);
    level.points++;
    if (point.depth === 0) this.topLevel++;
    if (children.points > 0) this.#parent(point, children, level);
    else this.#leaf(point, level);
  }

  /** Attaches what the block under the last point said. */
  explain(diagnostic: TapDiagnostic): void {
    const last = this.#last;
    if (!last) return;
    if (last.failure) last.failure.diagnostic = diagnostic;
    // A suite without tests of its own is no test.
    if (last.countedAsPassed && diagnostic.get("type") === "suite") this.#passed--;
    this.#last = undefined;
  }

  end(): { passed: number; failed: number; skipped: number; failures: FailedTest[] } {
    const failures = this.#levels.flatMap((level) => level.failures).map(toFailedTest);
    return { passed: this.#passed, failed: this.#failed, skipped: this.#skipped, failures };
  }

  #leaf(point: TapPoint, level: Level): void {
    this.#last = undefined;
    if (point.excused) this.#skipped++;
    else if (point.ok) {
      this.#passed++;
      this.#last = { failure: undefined, countedAsPassed: true };
    } else this.#fail(point.name, level);
  }

  #parent(point: TapPoint, children: Level, level: Level): void {
    this.#last = undefined;
    if (point.excused) {
      this.#failed -= children.failed;
      this.#skipped += children.failed;
      this.#kept -= children.failures.length;
      return;
    }
    level.failed += children.failed;
    for (const failure of children.failures) {
      failure.path.unshift(point.name);
      level.failures.push(failure);
    }
    if (!point.ok && children.failed === 0) this.#fail(point.name, level);
  }

  #fail(name: string, level: Level): void {
    this.#failed++;
    level.failed++;
    if (this.#kept >= MAX_FAILURES) return;
    this.#kept++;
    const failure: Failure = { path: [name], diagnostic: undefined };
    level.failures.push(failure);
    this.#last = { failure, countedAsPassed: false };
  }

  #level(depth: number): Level {
    while (this.#levels.length <= depth) this.#levels.push({ points: 0, failed: 0, failures: [] });
    return this.#levels[depth] as Level;
  }

  #takeBelow(depth: number): Level {
    const below = this.#levels.splice(depth + 1);
    return {
      points: below.reduce((sum, level) => sum + level.points, 0),
      failed: below.reduce((sum, level) => sum + level.failed, 0),
      failures: below.flatMap((level) => level.failures),
    };
  }
}

function toFailedTest({ path, diagnostic }: Failure): FailedTest {
  const name = path.filter((part) => part !== "").join(" > ") || "(unnamed test)";
  if (!diagnostic) return failedTest(name, {});
  const message = diagnostic.get("error") ?? diagnostic.get("message");
  return failedTest(name, { message, ...diagnostic.place(), evidence: diagnostic.evidence() });
}
