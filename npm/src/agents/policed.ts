import { PolyphonError } from "../errors/error.ts";
import type { AgentHost, Attempt, AttemptError, AttemptResult, AttemptSink } from "../hosts/host.ts";
import { checkOutput } from "../hosts/output.ts";
import { stopText, stopType } from "../hosts/stop.ts";
import { attemptError } from "../hosts/thrown.ts";
import { UNKNOWN_USAGE } from "../hosts/usage.ts";
import { compose } from "../policies/compose.ts";
import type { Policy, PolicyCall } from "../policies/policy.ts";
import { repeats } from "../policies/repeating.ts";
import { aroundHost } from "./around-host.ts";

/** A failed attempt as the policies of its agent see it: what `failureIf`, `fallbackIf` and a fallback are given. */
export class AttemptFailed extends Error {
  /** Type of the attempt's error, for example `network_error`. */
  readonly errorType: string;
  readonly result: AttemptResult;

  constructor(result: AttemptResult) {
    const { type, message } = result.error ?? UNKNOWN;
    super(message);
    this.name = "AttemptFailed";
    this.errorType = type;
    this.result = result;
  }
}

const UNKNOWN: AttemptError = { type: "other", message: "the attempt failed" };

/**
 * The host of an agent with policies around each of its attempts, the outermost first. An attempt they do not let begin is
 * refused, not failed; one that has begun runs once and to its end, whatever they say meanwhile. `POLICY_INVALID` when one
 * of them repeats: a second try is an attempt of its own, and those are the plan's `retries`.
 */
export function withPolicies(host: AgentHost, policies: readonly Policy<unknown>[] | undefined): AgentHost {
  if (policies === undefined || policies.length === 0) return host;
  if (policies.some(repeats)) throw repeating();
  const policy = compose(...policies);
  return aroundHost(host, { run: (attempt, sink, signal) => new Policed(host, attempt, sink).run(policy, signal) });
}

/** One attempt under the policies of its agent. */
class Policed {
  readonly #host: AgentHost;
  readonly #attempt: Attempt;
  readonly #sink: AttemptSink;
  #running: Promise<AttemptResult> | undefined;

  constructor(host: AgentHost, attempt: Attempt, sink: AttemptSink) {
    this.#host = host;
    this.#attempt = attempt;
    this.#sink = sink;
  }

  /** Never rejects, as hosts do not. */
  async run(policy: Policy<unknown>, signal: AbortSignal): Promise<AttemptResult> {
    try {
      const answer = await policy.run((call) => this.#begin(call), { signal });
      const result = await this.#running;
      return answer === result && result !== undefined ? result : answered(answer, result);
    } catch (error) {
      // Two attempts of one task at a time would be one too many: what has begun is waited for.
      const result = await this.#running;
      if (result === undefined) return signal.aborted ? stopped(signal.reason) : notBegun(error);
      if (error instanceof AttemptFailed || signal.aborted) return result;
      return { ...result, ok: false, error: attemptError(error) };
    }
  }

  async #begin({ signal }: PolicyCall): Promise<AttemptResult> {
    if (this.#running !== undefined) throw repeating();
    this.#running = this.#host.run(this.#attempt, this.#sink, signal);
    const result = await this.#running;
    if (!result.ok) throw new AttemptFailed(result);
    return result;
  }
}

/** What a fallback answered is the output; what was measured before stays. */
function answered(answer: unknown, failed: AttemptResult | undefined): AttemptResult {
  const { error: _, output: __, ...rest } = failed ?? NOTHING;
  const checked = answer === undefined ? undefined : checkOutput(answer);
  if (checked === undefined) return { ...rest, ok: true };
  if (!("problem" in checked)) return { ...rest, ok: true, output: checked.value };
  return { ...rest, ok: false, error: { type: "logic_error", code: "HOST_OUTPUT_INVALID", message: checked.problem } };
}

/** A refusal that may be over later is no failure: the attempt goes to another agent, or waits, while this one rests. */
function notBegun(error: unknown): AttemptResult {
  const failure = attemptError(error);
  if (!(error instanceof PolyphonError) || !error.retryable) return { ...NOTHING, error: failure };
  // Half open, a breaker knows in a moment.
  const isProbing = error.details.state === "halfOpen";
  const pauseMs = isProbing ? 0 : (error.retryAfterMs ?? 0);
  return { ...NOTHING, error: { ...failure, type: "agent_unavailable" }, refused: { pauseMs } };
}

function stopped(reason: unknown): AttemptResult {
  return { ...NOTHING, error: { type: stopType(reason), message: stopText(reason) } };
}

const NOTHING: AttemptResult = {
  ok: false,
  metrics: {},
  artifacts: [],
  usage: UNKNOWN_USAGE,
  durationMs: 0,
};

function repeating(): PolyphonError {
  return new PolyphonError("POLICY_INVALID", {
    message:
      "policies around an agent run each attempt once: give the plan retries in the place of a retry or a hedge.",
  });
}
