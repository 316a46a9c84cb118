import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";

export const ANSWERS = "a request ends once, in time, with what its responder said";
export const CALLS = "a request calls a responder no oftener than it was sent, and none twice at once";
export const CALLED_OFF = "who works for nobody any more is told";
/** What the way there and back, or the end of a turn, may add. */
const SLACK_MS = 2;

export function requests(): Invariant {
  return {
    see(seen, facts) {
      if (seen.what === "called") {
        const { request, call, n } = seen;
        must(request !== undefined, CALLS, () => `responder ${call.responder} was called for ${n}, which nobody asked`);
        if (request === undefined) return;
        const { calls, retries } = request;
        must(calls.length <= retries + 1, CALLS, () => `request ${n} came to responders ${calls.length} times`);
        const open = calls.filter((other) => other.process === call.process && !other.isOver && !other.isAborted);
        must(open.length <= 1, CALLS, () => `request ${n} is worked on ${open.length} times on node ${call.node}`);
      }
      if (seen.what === "answered") {
        const { request, call, k } = seen;
        const { n, answers, outcome, many } = request;
        must(outcome === undefined, ANSWERS, () => `request ${n} had ended with ${outcome} and was answered`);
        must(
          request.calls.some(({ id }) => id === call),
          ANSWERS,
          () => `the answer to request ${n} is of call ${call}, which was for another`,
        );
        if (many)
          must(k === answers.length - 1, ANSWERS, () => `answer ${k} to request ${n} came as ${answers.length - 1}`);
        else must(answers.length === 1, ANSWERS, () => `request ${n} was answered ${answers.length} times`);
      }
      if (seen.what === "ended") {
        const { n, atMs, timeoutMs, retries, many, outcome } = seen.request;
        const tookMs = seen.nowMs - atMs;
        const longestMs = timeoutMs * (retries + 1);
        if (outcome === "REQUEST_TIMEOUT" && !many)
          must(
            tookMs >= longestMs - SLACK_MS,
            ANSWERS,
            () => `request ${n} was given up after ${tookMs} ms of ${longestMs}`,
          );
        if (!many)
          must(tookMs <= longestMs + SLACK_MS, ANSWERS, () => `request ${n} took ${tookMs} ms of ${longestMs}`);
        const { cancelledMs } = seen.request;
        if (cancelledMs !== undefined && !many)
          must(seen.nowMs === cancelledMs, ANSWERS, () => `request ${n} went on when called off`);
      }
      if (seen.what !== "calm") return;
      for (const { n, outcome, calls, node } of facts.requests.values()) {
        must(outcome !== undefined, ANSWERS, () => `request ${n} never ended`);
        for (const call of calls) {
          if (call.isOver || call.isAborted || facts.broken.has(call.node) || facts.broken.has(node)) continue;
          must(
            false,
            CALLED_OFF,
            () => `responder ${call.responder} still works on request ${n}, which ended with ${outcome}`,
          );
        }
      }
    },
  };
}
